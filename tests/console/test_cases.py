"""Cases in the console: what a page says, and what each act comes to."""

import email
import email.policy
import re

import pytest

from tests.console.conftest import DEMO

CORRECTED_USERS = {"requests[0].lines[0].users": "55"}
MANY_USERS = {"requests[0].lines[0].users": "5000", "requests[0].lines[1].users": "5000"}
POSSIBLE, PAST = b"31 December 2027", b"31 December 2025"
MAILS = sorted((DEMO / "mails").glob("*.eml"))


def test_the_queue_says_in_a_sentence_why_each_case_is_here(logged_in):
    words = logged_in("viewer").get("/").words
    assert "The contact is not on file for the site." in words
    assert "Bluewater Technology Ltd Harbour Lights USD 9,676.99 today due 2026-11-25" in words
    assert "3 cases" in words


def test_the_age_is_told_in_business_days_and_a_broken_promise_is_named(desk, logged_in):
    desk.clock.advance(days=3)  # from Friday to Monday
    assert "1 business day" in logged_in("viewer").get("/").words
    desk.clock.advance(days=4)
    words = logged_in("viewer").get("/").words
    assert "5 business days" in words
    assert "promise broken" in words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("language=zh-Hans", {"Q-2026-00013"}),
        ("reason=contact_not_on_file", {"Q-2026-00012"}),
        ("kind=co_term", {"Q-2026-00008"}),
        ("words=harbour+lights", {"Q-2026-00008"}),
        ("words=%E4%BA%91%E6%B5%B7", {"Q-2026-00013"}),
        ("words=omar.haddad", {"Q-2026-00008"}),
        ("words=nosuchword", set()),
        ("assignee=me", set()),
        ("sort=amount", {"Q-2026-00008", "Q-2026-00012", "Q-2026-00013"}),
        ("sort=nonsense&page=-1", {"Q-2026-00008", "Q-2026-00012", "Q-2026-00013"}),
    ],
)
def test_the_queue_can_be_filtered_and_searched(logged_in, query, shown):
    text = logged_in("viewer").get(f"/queue/lines?{query}").text
    assert {number for number in ("Q-2026-00008", "Q-2026-00012", "Q-2026-00013") if number in text} == shown


def test_an_empty_queue_says_what_goes_on(logged_in):
    words = logged_in("viewer").get("/?words=nosuchword").words
    assert "Nothing that waits fits this view." in words
    assert "The desk has taken in 18 mails." in words


def test_the_case_marks_the_words_that_each_value_was_read_from(desk, logged_in):
    text = logged_in("viewer").get(f"/cases/{desk.waiting('ambiguous_quantity')[1]}").text
    assert 'data-fields="requests[0].site" tabindex="0">yunhai-logistics.atlassian.net</mark>' in text
    assert '<mark class="disputed" data-fields="requests[0].lines[0].users" tabindex="0">50 到 60</mark>' in text


def test_what_is_on_file_stands_beside_what_was_said(desk, logged_in):
    words = logged_in("viewer").get(f"/cases/{desk.waiting('contact_not_on_file')[1]}").words
    assert "On file kestrel-energy.atlassian.net" in words


def test_opening_a_case_and_searching_are_in_the_audit_trail(desk, logged_in):
    number = desk.waiting("co_term_review")[1]
    viewer = logged_in("viewer")
    viewer.get(f"/cases/{number}")
    viewer.get("/search?words=harbour+lights")
    words = logged_in("administrator").get("/trail").words
    assert f"viewer CaseRead {number}" in words
    assert "viewer Searched harbour lights" in words
    assert "The chain is whole" in words


def test_a_draft_is_approved_and_waits_a_little_so_that_it_can_be_undone(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    visitor.get(f"/cases/{number}")
    answer = visitor.post(f"/items/{item}/approve", {"case": number})
    assert answer.location == f"/?done=approved&case={number}&item={item}&undo=1"
    page = visitor.get(answer.location)
    assert f"{number} approved." in page.words
    assert desk.outbox(number)[-1] == ("quote", "ready")
    assert visitor.post(f"/items/{item}/undo").location == f"/cases/{number}"
    assert desk.outbox(number)[-1] == ("quote", "withdrawn")
    again, _ = desk.waiting("co_term_review")
    assert again != item
    assert visitor.post(f"/items/{again}/approve", {"case": number}).status == 303
    assert [state for kind, state in desk.outbox(number) if kind == "quote"] == ["withdrawn", "ready"]


def test_a_reply_that_has_not_left_is_taken_back_from_its_case(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    visitor.get(f"/cases/{number}")
    visitor.post(f"/items/{item}/approve", {"case": number})
    assert "/withdraw" in visitor.get(f"/cases/{number}").text
    assert visitor.post(f"/cases/{number}/withdraw").location == f"/cases/{number}"
    assert desk.outbox(number)[-1] == ("quote", "withdrawn")
    assert visitor.post(f"/cases/{number}/withdraw").status == 409


def test_what_has_left_cannot_be_undone(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    visitor.get("/")
    visitor.post(f"/items/{item}/approve", {"case": number})
    desk.send_all()
    answer = visitor.post(f"/items/{item}/undo")
    assert answer.status == 409
    assert "too late" in answer.words


def test_a_value_is_set_right_and_the_case_goes_on(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get(f"/cases/{number}")
    preview = visitor.post(f"/items/{item}/preview", {"case": number, **CORRECTED_USERS})
    assert "With your changes the case would be: Quoted" in preview.words
    assert desk.outbox(number) == [("acknowledgement", "ready")]
    assert visitor.post(f"/items/{item}/correct", {"case": number, **CORRECTED_USERS}).status == 303
    assert desk.outbox(number)[-1] == ("quote", "ready")


def test_without_a_script_the_draft_is_recalculated_by_a_button(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get(f"/cases/{number}")
    answer = visitor.post(f"/items/{item}/correct", {"case": number, "recalculate": "1", **CORRECTED_USERS})
    assert answer.status == 200
    assert "Draft quote" in answer.words
    assert 'value="55"' in answer.text
    assert desk.outbox(number) == [("acknowledgement", "ready")]


def test_an_undone_correction_is_forgotten(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get("/")
    visitor.post(f"/items/{item}/correct", {"case": number, **CORRECTED_USERS})
    visitor.post(f"/items/{item}/undo")
    assert "in doubt" in visitor.get(f"/cases/{number}").words


def test_an_impossible_value_is_told_and_nothing_is_sent(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get("/")
    fields = {"case": number, "requests[0].lines[0].users": "many"}
    answer = visitor.post(f"/items/{item}/correct", fields)
    assert answer.status == 422
    assert "'many' is not possible; wanted: a whole number" in answer.words
    assert desk.outbox(number) == [("acknowledgement", "ready")]


@pytest.mark.parametrize(
    ("act", "reply", "done"),
    [
        ("answer", [("acknowledgement", "ready"), ("staff", "ready")], "answered"),
        ("decline", [("acknowledgement", "ready"), ("decline", "ready")], "declined"),
        ("not-a-request", [("acknowledgement", "ready")], "not_a_request"),
    ],
)
def test_staff_answer_decline_or_close(desk, logged_in, act, reply, done):
    visitor, (item, number) = logged_in("agent"), desk.waiting("contact_not_on_file")
    visitor.get("/")
    answer = visitor.post(f"/items/{item}/{act}", {"case": number, "text": "Thank you; we need another contact."})
    assert answer.location.startswith(f"/?done={done}&case={number}")
    assert desk.outbox(number) == reply


def test_the_desk_answers_chosen_topics_in_the_mails_language(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get("/")
    assert visitor.post(f"/items/{item}/topics", {"case": number, "topic": "nonsense"}).status == 422
    fields = [("case", number), ("topic", "payment"), ("topic", "refund")]
    assert visitor.post(f"/items/{item}/topics", fields).location.startswith("/?done=answered")
    assert desk.outbox(number)[-1] == ("answer", "ready")
    assert "退款" in visitor.get(f"/cases/{number}").words


def test_the_second_who_acts_is_stopped_and_told_who_was_first(desk, logged_in):
    one, other = logged_in("agent"), logged_in("approver")
    item, number = desk.waiting("co_term_review")
    version = other.get(f"/cases/{number}").hidden("version")
    one.get("/")
    one.post(f"/items/{item}/approve", {"case": number, "version": version})
    answer = other.post(f"/items/{item}/approve", {"case": number, "version": version})
    assert answer.status == 409
    assert "approved by agent" in answer.words
    assert [kind for kind, _ in desk.outbox(number)].count("quote") == 1


def test_a_page_of_an_older_version_of_the_case_sends_nothing(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    version = int(visitor.get(f"/cases/{number}").hidden("version"))
    answer = visitor.post(f"/items/{item}/approve", {"case": number, "version": str(version - 1)})
    assert answer.status == 409
    assert "something has happened in this case since you opened it" in answer.words


def test_a_large_quote_takes_a_second_person_who_is_an_approver(desk, logged_in):
    agent, approver, second = logged_in("agent"), logged_in("approver"), logged_in("second")
    item, number = desk.waiting("co_term_review")
    agent.post(f"/items/{item}/correct", {"case": number, **MANY_USERS})
    waits, _ = desk.waiting("co_term_review")
    assert "Endorsed by agent" in approver.get(f"/cases/{number}").words
    assert agent.post(f"/items/{waits}/approve", {"case": number}).location == f"/cases/{number}?done=endorsed"
    assert all(kind != "quote" for kind, _ in desk.outbox(number))
    assert second.post(f"/items/{waits}/approve", {"case": number}).location.startswith("/?done=approved")
    assert [kind for kind, _ in desk.outbox(number)].count("quote") == 1
    assert approver.post(f"/items/{waits}/approve", {"case": number}).status == 409


def test_an_agent_does_not_release_a_large_quote_after_another_agent(desk, logged_in):
    approver, agent = logged_in("approver"), logged_in("agent")
    item, number = desk.waiting("co_term_review")
    approver.post(f"/items/{item}/correct", {"case": number, **MANY_USERS})
    waits, _ = desk.waiting("co_term_review")
    answer = agent.post(f"/items/{waits}/approve", {"case": number})
    assert answer.status == 403
    assert "takes the role approver" in answer.words


def test_a_note_is_in_the_timeline_and_an_assignment_in_the_queue(desk, logged_in):
    visitor, number = logged_in("agent"), desk.waiting("co_term_review")[1]
    visitor.get("/")
    visitor.post(f"/cases/{number}/note", {"text": "Called them <b>twice</b>"})
    visitor.post(f"/cases/{number}/assign", {"assignee": "agent"})
    page = visitor.get(f"/cases/{number}")
    assert "Called them &lt;b&gt;twice&lt;/b&gt;" in page.text
    assert number in visitor.get("/queue/lines?assignee=me").text
    assert number not in visitor.get("/queue/lines?assignee=-").text
    assert visitor.post(f"/cases/{number}/assign", {"assignee": "stranger"}).status == 422


def test_a_case_that_was_put_aside_comes_back_by_itself(desk, logged_in):
    visitor, number = logged_in("agent"), desk.waiting("co_term_review")[1]
    visitor.get("/")
    visitor.post(f"/cases/{number}/snooze", {"days": "1"})
    assert number not in visitor.get("/queue/lines").text
    assert number in visitor.get("/queue/lines?snoozed=1").text
    desk.clock.advance(days=1, minutes=1)
    assert number in logged_in("viewer").get("/queue/lines").text


def test_many_are_claimed_at_once(desk, logged_in):
    visitor = logged_in("agent")
    visitor.get("/")
    numbers = [desk.waiting(reason)[1] for reason in ("co_term_review", "contact_not_on_file")]
    visitor.post("/queue/bulk", [("act", "claim"), *(("case", number) for number in numbers)])
    text = visitor.get("/queue/lines?assignee=me").text
    assert all(number in text for number in numbers)
    assert visitor.post("/queue/bulk", {"act": "claim"}).status == 422


def test_a_view_is_kept_for_its_owner(desk, logged_in):
    one, other = logged_in("agent"), logged_in("approver")
    one.post("/views", {"name": "Chinese first", "language": "zh-Hans"})
    assert "Chinese first" in one.get("/").words
    assert "Chinese first" not in other.get("/").words


def test_who_else_looks_at_a_case_is_told(desk, logged_in):
    one, other, number = logged_in("agent"), logged_in("approver"), desk.waiting("co_term_review")[1]
    one.get(f"/cases/{number}")
    assert "also looking: agent" in other.get(f"/cases/{number}").words
    desk.clock.advance(seconds=60)
    assert "also looking" not in other.get(f"/cases/{number}").words


def test_a_switch_holds_the_machine_back_and_says_who_turned_it(desk, logged_in):
    administrator = logged_in("administrator")
    administrator.get("/admin")
    administrator.post("/admin/switches", {"name": "shadow", "on": "1"})
    mail = next(path for path in MAILS if path.name.startswith("02")).read_bytes()
    mail = mail.replace(b"Message-ID: <", b"Message-ID: <again-")
    desk.take(mail)
    assert "shadow mode" in administrator.get("/").words
    assert "administrator" in administrator.get("/health").words
    assert administrator.post("/admin/switches", {"name": "nonsense", "on": "1"}).status == 422


def test_the_console_speaks_chinese_to_who_wants_it(desk, logged_in, visitor):
    assert 'lang="zh-Hans"' in visitor.get("/login", accept_language="zh-CN,zh;q=0.9,en;q=0.5").text
    agent = logged_in("agent")
    agent.post("/language", {"language": "zh-Hans", "next": "/"})
    assert 'lang="zh-Hans"' in agent.get("/").text
    assert agent.post("/language", {"language": "xx"}).status == 422


def test_a_reply_is_edited_before_it_is_sent_and_keeps_its_documents(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    assert '<textarea id="words" name="words"' in visitor.get(f"/cases/{number}").text
    words = "Hello Omar,\n\nas we said on the phone: here it is.\n\n<b>Anna</b>"
    assert visitor.post(f"/items/{item}/approve", {"case": number, "words": words}).status == 303
    [sent] = [entry for entry in outbox_entries(desk, number) if entry.kind.value == "quote"]
    message = email.message_from_bytes(sent.raw, policy=email.policy.default)
    above, _, foot = message.get_body(("plain",)).get_content().replace("\r\n", "\n").partition("\n-- \n")
    assert above.strip() == words
    assert f"Case {number}." in foot
    assert "automatically" not in foot
    assert "&lt;b&gt;Anna" in message.get_body(("html",)).get_content()
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/pdf", "application/json"]
    assert message["Auto-Submitted"] == "no"
    assert "approved (in words of their own)" in visitor.get(f"/cases/{number}").words


def test_a_large_quote_is_endorsed_before_its_words_are_edited(desk, logged_in):
    agent, second = logged_in("agent"), logged_in("second")
    item, number = desk.waiting("co_term_review")
    other = logged_in("approver")
    other.post(f"/items/{item}/correct", {"case": number, **MANY_USERS})
    waits, _ = desk.waiting("co_term_review")
    second.post(f"/items/{waits}/approve", {"case": number, "words": "Hello, here it is."})
    assert [kind for kind, _ in desk.outbox(number)].count("quote") == 1
    assert agent.get(f"/cases/{number}").status == 200


def test_the_desk_asks_for_chosen_fields_in_the_mails_language(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("ambiguous_quantity")
    visitor.get("/")
    nothing = visitor.post(f"/items/{item}/ask", {"case": number})
    assert (nothing.status, "choose at least one field" in nothing.words) == (422, True)
    foreign = visitor.post(f"/items/{item}/ask", {"case": number, "field": "requests[0].currency"})
    assert (foreign.status, "are not asked for this field" in foreign.words) == (422, True)
    fields = [("case", number), ("field", "requests[0].lines[0].users"), ("field", "requests[0].site")]
    assert visitor.post(f"/items/{item}/ask", fields).location.startswith("/?done=asked")
    assert desk.outbox(number)[-1] == ("ask", "ready")
    text = outbox_entries(desk, number)[-1].raw
    asked = email.message_from_bytes(text, policy=email.policy.default).get_body(("plain",)).get_content()
    assert "2)" in asked or "2." in asked
    assert "asked for what is missing" in visitor.get(f"/cases/{number}").words


def test_common_end_dates_are_offered_and_one_is_taken(desk, logged_in):
    mail = next(path for path in MAILS if path.name.startswith("09")).read_bytes()
    mail = mail.replace(b"Message-ID: <", b"Message-ID: <past-").replace(POSSIBLE, PAST)
    desk.take(mail)
    with desk.store.begin() as uow:
        item = next(i for i in uow.reviews.list() if i.decision and i.decision.co_term_options)
    visitor, number = logged_in("agent"), item.case_number
    page = visitor.get(f"/cases/{number}")
    assert "Common end dates to choose from" in page.words
    date = item.decision.co_term_options[-1].end_date
    assert f'value="{date}"' in page.text
    visitor.post(f"/items/{item.id}/correct", {"case": number, "requests[0].target_end_date": f"{date}"})
    assert "Draft quote" in visitor.get(f"/cases/{number}").words


def test_a_quote_tells_whether_it_holds_and_that_it_was_accepted(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    visitor.get("/")
    assert visitor.post(f"/cases/{number}/accept").status == 422
    visitor.post(f"/items/{item}/approve", {"case": number})
    assert f"{number}/1 2026-11-20 13:00 2026-12-20 valid" in visitor.get(f"/cases/{number}").words
    desk.clock.advance(days=40)
    visitor = logged_in("agent")
    assert f"{number}/1 2026-11-20 13:00 2026-12-20 expired" in visitor.get(f"/cases/{number}").words
    before = visitor.get("/insight?days=90").words
    assert "0.00 accepted, " in before
    assert visitor.post(f"/cases/{number}/accept").status == 303
    assert f"{number}/1 2026-11-20 13:00 2026-12-20 accepted" in visitor.get(f"/cases/{number}").words
    assert visitor.post(f"/cases/{number}/accept").status == 409
    assert '"accepted","USD","9676.99"' in visitor.get("/insight.csv?days=90").text


def test_cases_are_merged_and_their_mails_split_off_again(desk, logged_in):
    visitor = logged_in("agent")
    one, other = desk.waiting("contact_not_on_file")[1], desk.waiting("ambiguous_quantity")[1]
    desk.deliver()
    visitor.get(f"/cases/{other}")
    assert visitor.post(f"/cases/{other}/merge", {"into": "Q-2026-99999"}).status == 422
    assert visitor.post(f"/cases/{other}/merge", {"into": one.lower()}).location == f"/cases/{one}?done=merged"
    assert f"The mails of this case are in {one}" in visitor.get(f"/cases/{other}").words
    page = visitor.get(f"/cases/{one}")
    assert page.text.count('<article class="mail">') == 2
    mails = re.findall(r'name="mail" value="(\d+)"', page.text)
    split = visitor.post(f"/cases/{one}/split", {"mail": mails[1]})
    number = split.location.partition("?")[0].rpartition("/")[2]
    assert number not in (one, other)
    page = visitor.get(f"/cases/{number}")
    assert page.text.count('<article class="mail">') == 1
    assert f"split it off from {one}" in page.words
    assert visitor.post(f"/cases/{one}/split", {}).status == 422


def outbox_entries(desk, number):
    with desk.store.begin() as uow:
        return uow.outbox.of_case(uow.cases.numbered(number).id)
