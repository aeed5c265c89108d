"""How the page looks: light, dark, and on paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
.odx{--ink:#1f2933;--soft:#52606d;--line:#d9dee4;--wash:#f4f6f8;--paper:#fff;
--error:#b3412f;--warning:#c98a1b;--info:#5b7c99;--good:#3d8168;--plain:#9aa5b1;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);
max-width:1040px;margin:0 auto}
@media screen and (prefers-color-scheme:dark){.odx{--ink:#e4e8ec;--soft:#a3afba;--line:#3a444e;--wash:#232b33;
--paper:#171d23;--error:#e07a66;--warning:#e0b04d;--info:#85abcb;--good:#6dbb99;--plain:#7b8794}}
.odx h1{font-size:27px;line-height:1.2;margin:0 0 6px}.odx h2{font-size:19px;margin:38px 0 6px}
.odx p{margin:4px 0 10px}.odx .sub{color:var(--soft);font-size:13px}.odx a{color:inherit}
.odx table{border-collapse:collapse;width:100%;margin:10px 0}
.odx caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:4px}
.odx th{text-align:left;font-weight:600;color:var(--soft);font-size:13px;border-bottom:1px solid var(--line);
padding:5px 12px 5px 0}
.odx td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top;text-align:left}
.odx td.n,.odx th.n{text-align:right;font-variant-numeric:tabular-nums;width:90px}
.odx .tag{display:inline-block;border-radius:4px;padding:0 7px;font-size:12px;font-weight:600;white-space:nowrap;
border:1px solid currentColor}
.odx .s-error{color:var(--error)}.odx .s-warning{color:var(--warning)}.odx .s-info{color:var(--info)}
.odx .rows{table-layout:fixed}.odx .rows th:nth-child(1){width:55%}
.odx .rows .rule th{color:var(--ink);font-size:15px;padding:14px 0 5px}
.odx .who{padding-left:14px;text-indent:-14px;overflow-wrap:anywhere}
.odx .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin:18px 0}
.odx .card{background:var(--wash);border-left:5px solid var(--line);border-radius:6px;padding:10px 16px}
.odx .card b{display:block;font-size:28px;line-height:1.15;font-variant-numeric:tabular-nums}
.odx .k-error{border-color:var(--error)}.odx .k-warning{border-color:var(--warning)}
.odx .k-info{border-color:var(--info)}.odx .k-good{border-color:var(--good)}
.odx .do{background:var(--wash);border-radius:6px;padding:10px 14px}
.odx .first{padding-left:20px}.odx .first li{margin:6px 0}
.odx .named{background:#b3412f;color:#fff;padding:8px 14px;border-radius:6px}
.odx .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:26px 34px;margin:14px 0}
.odx figure{margin:0;break-inside:avoid}.odx figcaption{font-weight:600;margin-bottom:6px}
.odx svg{display:block;width:100%;height:auto;max-width:520px;overflow:visible}.odx .bar svg{width:200px}
.odx .legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:12px;color:var(--soft);margin-bottom:6px}
.odx .key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.odx .t-error{fill:var(--error)}.odx .t-warning{fill:var(--warning)}.odx .t-info{fill:var(--info)}
.odx .t-good{fill:var(--good)}.odx .t-plain{fill:var(--plain)}
.odx i.t-error{background:var(--error)}.odx i.t-warning{background:var(--warning)}.odx i.t-info{background:var(--info)}
.odx i.t-good{background:var(--good)}.odx i.t-plain{background:var(--plain)}
.odx polyline{fill:none;stroke-width:2.5;stroke-linejoin:round}.odx .l-good{stroke:var(--good)}
.odx .l-warning{stroke:var(--warning)}.odx .l-error{stroke:var(--error)}.odx .l-info{stroke:var(--info)}
.odx .l-plain{stroke:var(--plain)}
.odx svg text{font-size:11.5px;fill:var(--ink)}.odx svg .num{fill:var(--soft)}
.odx .grid{stroke:var(--line)}.odx .mark{stroke:var(--soft);stroke-dasharray:4 3}
.odx ul.clean{columns:2;padding-left:20px;color:var(--soft)}
.odx ul{margin:4px 0;padding-left:20px}
@media (max-width:640px){.odx .bars{display:none}.odx .figures{grid-template-columns:1fr}.odx ul.clean{columns:1}}
@media print{.odx{font-size:10.5pt;max-width:none}.odx h2,.odx .do,.odx caption{break-after:avoid}
.odx tr,.odx .card,.odx .do{break-inside:avoid}.odx .rule{break-after:avoid}.odx td{padding:3px 12px 3px 0}
.odx thead{display:table-header-group}
.odx .figures{grid-template-columns:1fr 1fr;gap:16px 24px}.odx a{text-decoration:none}
.odx *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""

BODY: Final = """
body{margin:0;padding:34px 28px 60px;background:#fff}
@media screen and (prefers-color-scheme:dark){body{background:#171d23}}
@media print{body{padding:0}}@page{margin:15mm}
:root{color-scheme:light dark}
"""
