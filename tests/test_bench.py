"""The measurements stay in step with what they measure."""

import email
import subprocess
import sys

import pytest

from bench.__main__ import MEASUREMENTS
from bench.mails import Customer, other_mail, quoted_mail, write_records
from bench.measuring import Row, as_table, percentile
from mailbot.store.datafiles import load_data
from tests.conftest import ROOT


def test_help_names_every_measurement():
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert all(name in told for name in MEASUREMENTS)


def test_a_row_has_median_spread_and_ratio_to_what_was_measured_beside_it():
    row = Row(what="x", unit="ms", values=[1, 2, 9], against=[2, 4, 3], compared="y")
    assert row.cells()[:4] == ("x", "2.00 ms", "1.00 .. 9.00", "0.50 of y")
    assert len({len(line) for line in as_table([row, Row(what="longer", unit="s", values=[1])]).splitlines()}) == 1


def test_a_percentile_is_one_of_the_values():
    assert percentile(range(1, 101), 50) == 51
    assert percentile([3, 1, 2], 99) == 3


@pytest.mark.parametrize("mail", [quoted_mail, other_mail])
def test_the_mails_differ_and_have_the_shapes_that_are_told(mail):
    messages = [email.message_from_bytes(mail(number)) for number in range(100)]
    assert len({message["From"] for message in messages}) == 100
    assert all(not part.defects for message in messages for part in message.walk())
    kinds = [message.get_content_type() for message in messages]
    assert (kinds.count("text/plain"), kinds.count("multipart/alternative"), kinds.count("multipart/mixed")) == (
        40,
        40,
        20,
    )


def test_every_customer_of_the_mails_is_on_file(tmp_path):
    records, _ = load_data(write_records(tmp_path / "data"))
    customer = Customer(7)
    assert records.sens[customer.sen].site == customer.site
    assert [contact.email for contact in records.sites[customer.site].contacts] == [customer.email]
