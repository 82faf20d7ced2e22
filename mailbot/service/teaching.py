"""What corrections teach: names of products, proposed by staff, tried on past mails, accepted by an administrator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.staff import StaffRole, User
from mailbot.domain.teaching import Proposal, ProposalState, checked_name, implied_names
from mailbot.ports import Teacher
from mailbot.service.changes import says_the_same
from mailbot.service.process import read_thread, records_for
from mailbot.service.review import Workbench
from mailbot.service.staff import require


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A case of the past that would have come to another decision."""

    case_number: str
    before: Decision
    after: Decision


def propose(bench: Workbench, case_number: str, product: str, words: str, user: User) -> None:
    """The words are proposed as a name of the product; proposed before is no error."""
    require(user, StaffRole.AGENT)
    name = checked_name(product, words)
    with bench.store.begin() as uow:
        uow.proposals.propose(product, name, case_number, user.login, bench.clock())
        data = {"product": product, "words": name}
        uow.audit.append(at=bench.clock(), actor=user.login, kind="NameProposed", subject=case_number, data=data)
        uow.commit()


def propose_implied(
    bench: Workbench, case_number: str, before: Decision, changes: Mapping[str, str], user: User
) -> Sequence[str]:
    """Return the names that the correction implies; they are proposed."""
    names = list(implied_names(before, changes))
    for product, words in names:
        propose(bench, case_number, product, words, user)
    return [words for _, words in names]


def changed_cases(bench: Workbench, teacher: Teacher, proposal: Proposal, numbers: Sequence[str]) -> Sequence[Changed]:
    """Return which of these cases the machine would have decided otherwise, had it known the name."""
    taught, found = teacher.knows(proposal.product, proposal.words), []
    for number in numbers:
        with bench.store.begin() as uow:
            case = uow.cases.numbered(number)
            raws = uow.cases.messages(case) if case else ()
        try:
            thread = read_thread(raws, bench.understanding)
            if not thread:
                continue
            before = bench.understanding.decide(thread, records_for(bench.store))
            after = taught.decide(thread, records_for(bench.store))
        except InputError:
            continue
        if before.action is not after.action or not says_the_same(before.requests, after.requests):
            found.append(Changed(case_number=number, before=before, after=after))
    return found


def accept(bench: Workbench, teacher: Teacher, proposal_id: int, user: User) -> None:
    """The desk knows the name from now on."""
    _settle(bench, proposal_id, ProposalState.ACCEPTED, user, teacher)


def refuse(bench: Workbench, proposal_id: int, user: User) -> None:
    """The name is not taught, and not proposed again."""
    _settle(bench, proposal_id, ProposalState.REFUSED, user)


def _settle(
    bench: Workbench, proposal_id: int, state: ProposalState, user: User, teacher: Teacher | None = None
) -> None:
    require(user, StaffRole.ADMINISTRATOR)
    with bench.store.begin() as uow:
        proposal = uow.proposals.get(proposal_id)
        if not uow.proposals.settle(proposal_id, state):
            raise StaleCase(f"{proposal.words}: {proposal.state.value} already")
        data = {"product": proposal.product, "words": proposal.words}
        kind = "NameAccepted" if state is ProposalState.ACCEPTED else "NameRefused"
        uow.audit.append(at=bench.clock(), actor=user.login, kind=kind, subject=proposal.case_number, data=data)
        if teacher is not None:
            teacher.teach(proposal.product, proposal.words)  # before the commit: what is accepted is known
        uow.commit()
