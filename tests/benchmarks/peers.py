"""Three known linkers behind one interface, each set up as its own documents show, on the fields odnexus compares.

They get what odnexus does not: labelled pairs to train on, and afterwards the threshold that is best for them, both
from a population of another seed. What they share with it is the normalised table, so that nobody loses by spelling.
"""

from __future__ import annotations

import io
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from attrs import define

from odnexus.mapping.person import Person
from odnexus.matching.features import Features, features_of

Pair = tuple[int, int, float]
"""The number of a person who turned up, the number of a chart, and how well the two agree: more is better."""

COLUMNS = ("given", "middle", "family", "born", "phone", "email", "street", "place")


def row_of(person: Person) -> dict[str, str | None]:
    """Return a person as a row of a peer's table; None is what is not known."""
    held = features_of(person)
    values = (
        held.given, held.middle, held.family, _day(held), held.phones[0] if held.phones else "", held.email,
        f"{held.number} {held.street}".strip(), held.place,
    )  # fmt: skip
    return {name: value or None for name, value in zip(COLUMNS, values, strict=True)}


def _day(held: Features) -> str:
    return f"{held.year:04}-{held.month:02}-{held.day:02}" if held.born else ""


@define
class Labelled:
    """Charts and people of whom it is known who is who: what a peer may learn from."""

    charts: dict[int, Person]
    people: dict[int, Person]
    truth: dict[int, int | None]


def _untyped(name: str) -> Any:
    """Import a package that is only there with the group ``peers`` and whose types need not be checked."""
    return import_module(name)


class Peer(ABC):
    """A linker of somebody else's."""

    name: str
    package: str

    @classmethod
    def is_there(cls) -> bool:
        """Tell whether the package is installed."""
        return find_spec(cls.package) is not None

    @abstractmethod
    def learn(self, known: Labelled) -> None:
        """Learn from labelled data, if this peer learns beforehand."""

    @abstractmethod
    def link(self, charts: dict[int, Person], people: dict[int, Person]) -> Iterable[Pair]:
        """Return the scored pairs of people and charts."""

    @abstractmethod
    def duplicates(self, charts: dict[int, Person]) -> Iterable[Pair]:
        """Return the scored pairs of charts."""


def frame_of(people: dict[int, Person]) -> Any:
    """Return people as a data frame indexed by their numbers."""
    pd = _untyped("pandas")

    return pd.DataFrame([row_of(one) for one in people.values()], index=list(people), columns=list(COLUMNS))


class RecordLinkage(Peer):
    """recordlinkage: blocks, similarities, and its logistic regression trained on labelled pairs."""

    name, package = "recordlinkage, trained", "recordlinkage"

    def learn(self, known: Labelled) -> None:
        rl = _untyped("recordlinkage")

        features = self._features(frame_of(known.people), frame_of(known.charts))
        matches = [pair for pair in features.index if known.truth[pair[0]] == pair[1]]
        self._model = rl.LogisticRegressionClassifier()
        self._model.fit(features, features.index[features.index.isin(matches)])

    def link(self, charts: dict[int, Person], people: dict[int, Person]) -> Iterable[Pair]:
        return self._scored(self._features(frame_of(people), frame_of(charts)))

    def duplicates(self, charts: dict[int, Person]) -> Iterable[Pair]:
        return self._scored(self._features(frame_of(charts), None))

    def _features(self, one: Any, other: Any) -> Any:
        rl = _untyped("recordlinkage")

        index = rl.Index()
        for block in ("born", "phone", "email", ["given", "family"]):
            index.block(block)
        compare = rl.Compare()
        for name in ("given", "family", "born", "street"):
            compare.string(name, name, method="jarowinkler", missing_value=0.5)
        for name in ("middle", "phone", "email", "place"):
            compare.string(name, name, method="jarowinkler", threshold=0.99, missing_value=0.5)
        frames = (one,) if other is None else (one, other)
        return compare.compute(index.index(*frames), *frames)

    def _scored(self, features: Any) -> Iterator[Pair]:
        chances = self._model.prob(features)
        return ((int(one), int(other), float(chance)) for (one, other), chance in chances.items())


class Splink(Peer):
    """splink on DuckDB: Jaro-Winkler with term frequencies, trained by expectation maximisation on the data itself."""

    name, package = "splink, its own training", "splink"

    def learn(self, known: Labelled) -> None:
        """Nothing: it learns from what it links, without labels."""

    def link(self, charts: dict[int, Person], people: dict[int, Person]) -> Iterable[Pair]:
        # The names of the tables decide which side comes first.
        return self._predicted("link_only", {"a_people": frame_of(people), "b_charts": frame_of(charts)})

    def duplicates(self, charts: dict[int, Person]) -> Iterable[Pair]:
        return self._predicted("dedupe_only", {"charts": frame_of(charts)})

    def _predicted(self, kind: Any, frames: dict[str, Any]) -> Iterator[Pair]:
        splink, cl = _untyped("splink"), _untyped("splink.comparison_library")
        block_on = splink.block_on
        logging.getLogger("splink").setLevel(logging.ERROR)
        rules = [
            block_on("born"), block_on("phone"), block_on("email"), block_on("given", "family"),
            block_on("family", "substr(born, 1, 4)"),
        ]  # fmt: skip
        settings = splink.SettingsCreator(
            link_type=kind,
            comparisons=[
                cl.JaroWinklerAtThresholds("given", [0.9, 0.8]).configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("family", [0.9, 0.8]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("born", [1, 2]),
                cl.ExactMatch("middle"),
                cl.ExactMatch("phone"),
                cl.ExactMatch("email"),
                cl.JaroWinklerAtThresholds("street", [0.9]),
            ],
            blocking_rules_to_generate_predictions=rules,
            retain_matching_columns=False,
        )
        database = splink.DuckDBAPI()
        tables = [
            database.register(frame.reset_index(names="unique_id"), dataset_display_name=name)
            for name, frame in frames.items()
        ]
        linker = splink.Linker(tables, settings, log_level=None)
        train = linker.training
        train.estimate_probability_two_random_records_match([block_on("given", "family", "born")], recall=0.7)
        train.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for block in (block_on("born"), block_on("given", "family")):
            train.estimate_parameters_using_expectation_maximisation(block)
        found = linker.inference.predict(threshold_match_weight=-10).as_pandas_dataframe()
        columns = (found[name].tolist() for name in ("unique_id_l", "unique_id_r", "match_weight"))
        return ((int(one), int(other), float(weight)) for one, other, weight in zip(*columns, strict=True))


class Dedupe(Peer):
    """dedupe: its active learner fed with labelled pairs instead of a person's answers."""

    name, package = "dedupe, trained", "dedupe"
    _labels = 1_500

    def learn(self, known: Labelled) -> None:
        dedupe = _untyped("dedupe")

        _mend_dedupe()
        linker = dedupe.RecordLink(self._variables(), num_cores=0, in_memory=True)
        linker.prepare_training(_rows(known.people), _rows(known.charts), sample_size=1_000)
        self._train(linker, known)
        settings = io.BytesIO()
        linker.write_settings(settings)
        self._settings = settings.getvalue()

    def link(self, charts: dict[int, Person], people: dict[int, Person]) -> Iterable[Pair]:
        dedupe = _untyped("dedupe")

        linker = dedupe.StaticRecordLink(io.BytesIO(self._settings), num_cores=0, in_memory=True)
        return _flat(linker.score(linker.pairs(_rows(people), _rows(charts))))

    def duplicates(self, charts: dict[int, Person]) -> Iterable[Pair]:
        dedupe = _untyped("dedupe")

        linker = dedupe.StaticDedupe(io.BytesIO(self._settings), num_cores=0, in_memory=True)
        return _flat(linker.score(linker.pairs(_rows(charts))))

    def _variables(self) -> list[Any]:
        variables = _untyped("dedupe.variables")

        texts = [variables.String(name, has_missing=True) for name in ("given", "family", "street")]
        exact = [variables.Exact(name, has_missing=True) for name in ("middle", "phone", "email")]
        return [*texts, variables.ShortString("born", has_missing=True), *exact]

    def _train(self, linker: Any, known: Labelled) -> None:
        people, charts = _rows(known.people), _rows(known.charts)
        patients = [(one, chart) for one, chart in known.truth.items() if chart is not None]
        matches = [(people[one], charts[chart]) for one, chart in patients[: self._labels]]
        distinct = [(people[one], charts[chart]) for one, chart in islice(_look_alikes(known), self._labels)]
        with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
            linker.mark_pairs({"match": matches, "distinct": distinct})
            linker.train(recall=0.99, index_predicates=False)


def _look_alikes(known: Labelled) -> Iterator[tuple[int, int]]:
    """Yield people with a chart that shares the birth date and is not theirs."""
    born: dict[object, list[int]] = {}
    for number, person in known.charts.items():
        born.setdefault(person.birth_date, []).append(number)
    return (
        (one, chart)
        for one, person in known.people.items()
        for chart in born.get(person.birth_date, ())
        if known.truth[one] != chart
    )


class _Weighted(dict[int, float]):
    """Documents with their weight, as dedupe 3.0.3 wants them from BTrees, of which newer ones have no ``byValue``."""

    def byValue(self, least: float) -> list[tuple[float, int]]:  # noqa: N802 (the name that is called)
        """Return weights of *least* and more as multiples of it, with their documents, the heaviest first."""
        unit = least if least > 0 else 1.0
        return sorted(((weight / unit, one) for one, weight in self.items() if weight >= least), reverse=True)


def _mend_dedupe() -> None:
    canopy_index, trees = _untyped("dedupe.canopy_index"), _untyped("BTrees.IFBTree")
    union = canopy_index.mass_weightedUnion
    if not hasattr(trees.IFBTree, "byValue") and union.__module__ != __name__:

        def mended(lists: Any) -> Any:
            return _Weighted(union(lists).items())

        canopy_index.mass_weightedUnion = mended


def _rows(people: dict[int, Person]) -> dict[int, dict[str, str | None]]:
    return {number: row_of(one) for number, one in people.items()}


def _flat(scored: Any) -> Iterator[Pair]:
    """Yield what dedupe's structured array of pairs and scores holds."""
    for (one, other), score in zip(scored["pairs"].tolist(), scored["score"].tolist(), strict=True):
        yield int(one), int(other), float(score)


PEERS: Sequence[type[Peer]] = (RecordLinkage, Splink, Dedupe)
