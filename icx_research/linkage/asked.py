"""Every pair of scores the codebook asks about, each of its estimates computed once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from icx_research.core.apa import counted
from icx_research.core.errors import REFUSALS
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.disattenuation import Disattenuation, disattenuate
from icx_research.linkage.correlation.line import LinkageLine, linkage_line
from icx_research.linkage.gates import gated_correlation
from icx_research.survey.disclosure.protect import ProtectedUnits, protect
from icx_research.survey.link.linking import LinkedUnits

ALL_UNITS = "all"
T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class AskedPair:
    """An internal and an external score in one group of units and one wave.

    An estimate is computed when it is first asked for, and kept; so is the reason where the
    data or a gate do not allow it, which is raised each time.

    Attributes
    ----------
    linked : LinkedUnits
        The group of units, in all waves.
    internal, external, group, wave : str
    confidence_level : float
    """

    linked: LinkedUnits
    internal: str
    external: str
    group: str
    wave: str
    confidence_level: float
    _kept: dict[str, object] = field(default_factory=dict, init=False)

    @property
    def controls(self) -> tuple[str, ...]:
        """What the codebook asks to hold constant."""
        return self.linked.codebook.question.controls

    @property
    def plain(self) -> LinkageCorrelation:
        """The correlation without controls, behind its gates."""
        return self._once("plain", lambda: self._gated(()))

    @property
    def correlation(self) -> LinkageCorrelation:
        """The correlation the codebook asks for: given its controls, behind its gates."""
        if not self.controls:
            return self.plain
        return self._once("correlation", lambda: self._gated(self.controls))

    @property
    def disattenuated(self) -> Disattenuation:
        """The correlation without controls, corrected for unreliable means."""
        return disattenuate(self.plain)

    @property
    def line(self) -> LinkageLine:
        """The line of the scatter: through the units it shows, as it shows them."""
        return self._once("line", lambda: linkage_line(
            self.shown, internal=self.internal, external=self.external, wave=self.wave,
            confidence_level=self.confidence_level,
        ))  # fmt: skip

    @property
    def shown(self) -> ProtectedUnits:
        """Both scores as they may be shown, in all waves."""
        return self._once(
            "shown", lambda: protect(self.linked, scores=(self.internal, self.external))
        )

    def _gated(self, controls: tuple[str, ...]) -> LinkageCorrelation:
        shown = self._once("shown_in_wave", lambda: protect(
            self.linked.at_wave(self.wave), scores=(self.internal, self.external)
        ))  # fmt: skip
        return gated_correlation(
            self.linked, internal=self.internal, external=self.external, controls=controls,
            wave=self.wave, confidence_level=self.confidence_level, shown=shown,
        )  # fmt: skip

    def _once(self, name: str, compute: Callable[[], T]) -> T:
        if name not in self._kept:
            try:
                self._kept[name] = compute()
            except REFUSALS as refusal:
                self._kept[name] = refusal
        kept = self._kept[name]
        if isinstance(kept, REFUSALS):
            raise kept.with_traceback(None)
        return kept  # type: ignore[return-value]


@dataclass(frozen=True, eq=False, repr=False)
class AskedPairs:
    """What the codebook asks of linked units: its pairs of scores, groups of units and waves.

    Attributes
    ----------
    linked : LinkedUnits
    confidence_level : float
    """

    linked: LinkedUnits
    confidence_level: float = 0.95
    _groups: dict[str, LinkedUnits] = field(default_factory=dict, init=False)
    _pairs: dict[tuple[str, str, str, str], AskedPair] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        """Count the pairs and groups."""
        question = self.linked.codebook.question
        pairs = counted(len(question.internal) * len(question.external), "pair")
        return (
            f"AskedPairs: {pairs} of scores, {counted(1 + len(question.subsets), 'group')} of units"
        )

    def __iter__(self) -> Iterator[AskedPair]:
        """Go through the asked pairs, in all units and then in each subset."""
        question = self.linked.codebook.question
        for group in (ALL_UNITS, *question.subsets):
            for internal in question.internal:
                for external in question.external:
                    yield self.pair(internal, external, group=group)

    @property
    def first(self) -> AskedPair:
        """The pair verdicts rest on: the first internal and external score, in all units."""
        return next(iter(self))

    def pair(
        self, internal: str, external: str, *, group: str = ALL_UNITS, wave: str | None = None
    ) -> AskedPair:
        """Give one pair of scores, in a subset of the codebook and a wave where these are named.

        Examples
        --------
        >>> from icx_research import asked_pairs, link_study, load_example
        >>> asked = asked_pairs(link_study(load_example("company")))
        >>> asked.pair("internal_satisfaction", "retention").plain
        LinkageCorrelation: r(58) = .13, 95% CI [−.13, .37], p = .333, n = 60 units
        """
        if group not in self._groups:
            whole = group == ALL_UNITS
            self._groups[group] = self.linked if whole else self.linked.subset(group)
        units = self._groups[group]
        wave = units.at_wave(wave).waves[-1]
        key = (internal, external, group, wave)
        if key not in self._pairs:
            self._pairs[key] = AskedPair(units, *key, self.confidence_level)
        return self._pairs[key]


def asked_pairs(linked: LinkedUnits | AskedPairs, *, confidence_level: float = 0.95) -> AskedPairs:
    """Ask of linked units what their codebook asks; no pair is estimated twice.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        AskedPairs of the same confidence level are given back, with all they hold.
    confidence_level : float, default 0.95

    Returns
    -------
    AskedPairs

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> asked = asked_pairs(link_study(load_example("company")))
    >>> asked
    AskedPairs: 1 pair of scores, 1 group of units
    >>> asked.first.correlation
    LinkageCorrelation: r(58) = .33, 95% CI [.08, .54], p = .011, n = 60 units
    """
    if isinstance(linked, AskedPairs):
        if linked.confidence_level == confidence_level:
            return linked
        linked = linked.linked
    return AskedPairs(linked, confidence_level)
