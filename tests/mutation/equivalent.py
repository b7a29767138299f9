"""The faults of rows that change nothing, with the reason."""

SAME = "the partials are the same everywhere"
CONDITION = "a condition is a number or a comparison, which has no derivative itself"
LEFT_OUT = "the partial is left out already"

EQUIVALENT: dict[tuple[str, str], str] = {
    ("add", "0 and 1 swapped"): SAME,
    ("fsum", "reversed"): SAME,
    ("step", "0 and 1 swapped"): SAME,
    ("where", "partial 0 negated"): CONDITION,
    **{
        (name, f"partial {index} omitted"): LEFT_OUT
        for name, index in [("step", 0), ("step", 1), ("sign", 0), ("floor", 0), ("ceil", 0), ("where", 0)]
    },
}
