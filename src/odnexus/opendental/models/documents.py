"""Documents of the Imaging module."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import ImgType
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class Document(Record):
    """A document or a mount in a patient's Imaging module (page "API Documents"); never its content.

    A list names mounts too: their `doc_num` is 0 and `mount_num` says which. `file_path` is blank where documents are
    stored in the database; `date_created` is the office's wall clock.
    """

    KEY: ClassVar[tuple[str, ...]] = ("doc_num", "mount_num")
    SHOWN: ClassVar[tuple[str, ...]] = ("doc_num", "mount_num", "pat_num")

    doc_num: int = 0
    mount_num: int = 0
    pat_num: int = 0
    file_path: str | None = field(default=None, repr=False)
    file_name: str | None = field(default=None, repr=False)
    description: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    date_created: datetime | None = None
    doc_category: int = 0
    doc_category_text: str | None = None
    img_type: ImgType | str | None = None
    tooth_numbers: str | None = field(default=None, repr=False)
    prov_num: int = 0
    print_heading: bool | None = None
    date_t_stamp: datetime | None = None
    server_date_time: datetime | None = None
