"""Words that so many items have that a rule narrows nothing by them: English function words and the wire's own."""

from __future__ import annotations

_FUNCTION = """
    a about above across after again against ago all almost along already also although always am among an and another
    any are around as at away back be became because become been before began behind being below between both but by
    came can come could did do does done down during each early either else end enough even ever every few find first
    five follow for found four from further gave get give go going gone good got had has have he her here high him his
    how however i if in including instead into is it its itself just keep kept know largely last late least less let
    like likely long low made make many may me might mine more most much must my near nearly need never new next no
    none nor not now of off often old on once one only or other our out over own part past per put quite rather re
    s same say second see seem seen set several shall she should show side since six small so some soon still such t
    take taken ten than that the their them then there these they third this those though three through thus time to
    today together told tomorrow too took toward towards two under until up upon us use used using very was way we
    well went were what when where whether which while who whom whose why will with within without would yes yesterday
    yet you your
"""

_WIRE = """
    according added add adds amid analyst analysts announce announced announcement announces april article
    associated august based billion bn business businesses ceo chief click co companies company conference contact
    corp corporate corporation cost current currently data day days december detail details dow early earlier email
    executive expect expected expects february fiscal friday full fund general global government group growth half
    headline higher holding holdings home image inc include included includes increase increased industry
    information international investor investors january july june largest latest lead leading ltd llc lower major
    management market markets march media million mln mn monday month months move named national news november
    number october officer official officials operation operations page percent people photo plan plans plc point
    points president press price prices product products program provide provides public quarter quarterly read
    reading release released report reported reports result results reuters rise rose said sales saturday says
    sector september service services share shareholder shareholders shares source sources spokesman spokesperson
    spokeswoman state stated statement states stock stocks sunday technology thursday total trading tuesday unit
    update updated usd value version view website wednesday week weeks work world www year years york
"""

_WORDS = frozenset(_FUNCTION.split()) | frozenset(_WIRE.split())


def common_words() -> frozenset[str]:
    """Give the folded words that are too common to narrow anything down."""
    return _WORDS
