"""The page that shows staff what was decided."""

from mailbot.cli.explain_page import decision_page
from mailbot.domain.request import Kind
from mailbot.handlers import decide
from tests.handlers.making import PACK, RECORDS, TODAY, inquiry, mail, request


def test_common_end_dates_stand_side_by_side():
    decision = decide(inquiry(request(Kind.CO_TERM, target=TODAY)), mail(), RECORDS, PACK, TODAY)
    page = decision_page("case", decision, [], None)

    table = page.partition("-- Common end dates to choose from\n")[2].partition("\n\n")[0]
    assert [row.split() for row in table.splitlines()] == [
        ["2027-06-30", "2028-03-31"],
        ["latest", "+", "largest", "earliest"],
        ["jira", "standard,", "SEN-1000001", "997.26", "4,010.96"],
        ["confluence", "premium,", "SEN-1000002", "0.00", "8,287.67"],
        ["Before", "tax,", "USD", "997.26", "12,298.63"],
    ]
