"""A backtest gives back what the functions decided on the model, and tells what other settings would have decided."""

from simulation.history import MERCHANT, MadeHistory
from tapstack.operate.backtest.trial import Result, Trial, carry_out, stored


def replayed(made: MadeHistory, *, processes: int = 0, **trial: object) -> Result:
    versions = dict(made.operators.versions(MERCHANT))
    history = stored(made.store, made.listing, MERCHANT)
    return carry_out(Trial(MERCHANT, versions, **trial), history, processes, lambda count: None)


def test_the_settings_then_in_force_give_back_every_verdict_and_reason() -> None:
    made = MadeHistory(seed=1)
    made.make(3_000)

    result = replayed(made)
    agreement = result.agreement
    assert agreement
    print(agreement, {c: (r.before.count, r.now.count) for c, r in result.comparison.rules.items()})
    assert (agreement.same, agreement.causes, agreement.unexplained) == (3_000, {}, 0)
