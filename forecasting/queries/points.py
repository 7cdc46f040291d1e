"""A stored curve, read by the database: of ten thousand deals only the points travel."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, FloatField, Func, Value

from forecasting.engine.passage import HORIZON_DAYS

_WEEK_SECONDS = 7 * 86_400


class CurveAt(Func):
    """A weekly curve at a moment, straight between weeks, held before and after its own.

    See also: forecasting.queries.portfolio.chance_by, which reads one in memory.
    """

    output_field: Any = FloatField()

    def __init__(self, curve: str, at: datetime) -> None:
        moment = Value(at, output_field=DateTimeField())
        super().__init__(F(curve), F("starts_at"), moment)

    # Neither a function nor a template of theirs is used.
    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:  # type: ignore[override]
        (curve, _), (start, _), (moment, given) = (
            compiler.compile(source) for source in self.source_expressions
        )
        weeks = HORIZON_DAYS // 7
        gone = f"EXTRACT(EPOCH FROM ({moment}::timestamptz - {start}))::float8"
        place = f"LEAST(GREATEST({gone} / {_WEEK_SECONDS}, 0), {weeks})"
        week = f"LEAST(FLOOR({place})::int, {weeks - 1})"
        # An array counts from one.
        low, high = f"{curve}[{week} + 1]", f"{curve}[{week} + 2]"
        sql = f"({low} + ({place} - {week}) * ({high} - {low}))"
        return sql, [*given] * sql.count(moment)
