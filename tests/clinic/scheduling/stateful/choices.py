"""What a day at the desk chooses from."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.factories import RIYADH

NINE = datetime(2030, 1, 7, 9, tzinfo=RIYADH)

starts = st.builds(
    lambda week, quarter: NINE + timedelta(weeks=week, minutes=15 * quarter),
    st.sampled_from([0, 0, 0, 1]),
    st.integers(0, 10),
)
two, three, some = st.integers(0, 1), st.integers(0, 2), st.integers(0, 40)
