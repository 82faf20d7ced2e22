"""Product lines: which products, on which plan, for how many users, from tables, pairs and prose alike."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.request import Doubt, Quantity, Reason, RequestLine, Users
from mailbot.parsers.layout import Cell, Unit
from mailbot.parsers.requests.answers import Asked
from mailbot.parsers.requests.assigning import assign, countable, is_beside
from mailbot.parsers.requests.draft import Draft
from mailbot.parsers.requests.filling import conflict, finished, set_plan, set_quantity, tie_sens
from mailbot.parsers.requests.line_cues import corrects, sens_between, sens_of_row, stays
from mailbot.parsers.requests.plans import find_plans, target_plans
from mailbot.parsers.requests.polarity import Polarity
from mailbot.parsers.requests.products import ProductMention, find_products, only_these, wants_products
from mailbot.parsers.requests.quantities import QuantityMention, bare_number, find_quantities
from mailbot.parsers.scan import Scan, Span

_PHONE = re.compile(r"\+\d{1,3}[ .()/-]*\d[\d .()/-]{5,}|\(\d{2,4}\)\s?\d{3,5}[- ]\d{3,4}")
_NOT_LINES = frozenset((
    "contact", "billing_contact", "technical_contact", "site_admin", "name", "email", "company", "address",
    "billing_address", "phone", "reference", "price", "country", "currency", "term", "customer", "reseller",
    "end_date", "total",
))  # fmt: skip
"""Labels whose pairs hold no product."""


@dataclass(slots=True)
class _Mentions:
    products: list[ProductMention]
    plans: list[Span]
    quantities: list[QuantityMention]
    sens: list[Span]
    from_plan: Span | None = None


class LineBook:
    """Collects the lines of one message unit by unit, in reading order."""

    def __init__(self) -> None:
        """Start with no line."""
        self.lines: list[Draft] = []
        self.dropped: set[str] = set()
        self.floating = Draft()
        self._open: list[Draft] = []
        self._renews = False  # the text at hand renews or aligns subscriptions
        self._counts: list[tuple[Quantity, Evidence]] = []  # all that were told as wanted

    def read(self, scan: Scan, units: Iterable[Unit], asked: Mapping[int, Asked] | None = None) -> None:
        """Take in the units; `asked` gives for a unit's start the question that it answers."""
        self._renews = any(
            h.tag == "kinds.renewal" or (h.tag == "kinds.co_term" and not scan.within(h.start, h.end, "cues.same_end"))
            for h in scan.hits
        )
        for unit in units:
            if unit.kind == "row":
                self._row(scan, unit)
            elif unit.kind == "pair":
                self._pair(scan, unit, (asked or {}).get(unit.start))
            elif unit.kind == "sentence":
                self._sentence(scan, unit, (asked or {}).get(unit.start))

    def finish(self) -> tuple[list[RequestLine], list[Doubt], RequestLine | None]:
        """Return the lines, what is doubtful about them, and a plan or count that belongs to no product here."""
        wanted = [d for d in self.lines if not d.context]
        lines = wanted or self.lines
        lines = [d for d in lines if d.product is None or d.product.value not in self.dropped]
        told = [d for d in lines if d.unknown is None or d.quantity or d.plan or d.app]
        lines = told or lines
        floating = self.floating if (self.floating.plan or self.floating.quantity) else None
        corrects = floating is not None and floating.from_users and all(d.quantity for d in lines)
        if floating and lines and not corrects:
            for draft in lines:
                draft.quantity = draft.quantity or floating.quantity
                draft.from_users = draft.from_users or floating.from_users
                draft.plan = draft.plan or floating.plan
            floating = None
        doubts = self._unaccounted() if lines else []
        for i, draft in enumerate(lines):
            if draft.quantity_conflict:
                doubts.append(conflict(f"lines[{i}].users", draft.quantity_conflict))
                draft.quantity = None
            if draft.plan_conflict:
                doubts.append(conflict(f"lines[{i}].plan", draft.plan_conflict))
                draft.plan = None
        return [finished(d) for d in lines], doubts, finished(floating) if floating else None

    def _unaccounted(self) -> list[Doubt]:
        """A count that was told as wanted and found no line: what was read is not all that was said."""
        known = [d.quantity.value for d in (*self.lines, self.floating) if d.quantity]
        known += [Users(d.from_users.value) for d in self.lines if d.from_users]
        spoken = {e.start for d in self.lines for e in d.quantity_conflict}
        left = [e for quantity, e in self._counts if quantity not in known and e.start not in spoken]
        if not left:
            return []
        return [Doubt(reason=Reason.AMBIGUOUS_QUANTITY, evidence=tuple(left), note="a number of users without a line")]

    def _row(self, scan: Scan, unit: Unit) -> None:
        cells = [c for c in unit.cells if scan.text[c.start : c.end].strip()]
        products = find_products(scan, (unit.start, unit.end), in_list=True)
        if not products and any(scan.within(c.start, c.end, "labels.total") for c in cells[:2]):
            return
        mentions = _Mentions(products, find_plans(scan, unit.start, unit.end), [], sens_of_row(scan, unit))
        headed = [c for c in cells if c.product]
        if not products and headed:  # a column for each product ("Jira users")
            for cell in headed:
                self._headed(scan, cell, unit)
            return
        column = next((c for c in cells if "users" in c.tags and not c.tags & {"users_now", "price"}), None)
        elsewhere = [
            c for c in cells if c is not column and not c.tags & {"users_now", "price", "reference", "total", "term"}
        ]
        described = [q for c in elsewhere for q in find_quantities(scan, c.start, c.end) if q.counted or column is None]
        counted = find_quantities(scan, column.start, column.end, column=True) if column else []
        if described and (not counted or counted[0].quantity == Users(1)):
            counted = described
        elif described and described[0].quantity != counted[0].quantity and not described[0].current:
            counted = [*counted[:1], *described[:1]]
        mentions.quantities = counted
        name = next((c for c in cells if "product" in c.tags), None)
        if not products and name is not None and (counted or mentions.plans):
            stop = name.end
            mentions.products = [ProductMention(name.start, stop, "", Polarity.NEUTRAL)]
        now = next((c for c in cells if "users_now" in c.tags), None)
        self._take(scan, mentions, unit)
        if now is not None and self._open:
            for number in scan.numbers.starting(now.start, now.end)[:1]:
                self._open[0].from_users = Extracted(number.value, (scan.evidence(number.start, number.end),))

    def _headed(self, scan: Scan, cell: Cell, unit: Unit) -> None:
        """Take in what stands below a product: its users, its users now, or its plan."""
        product = ProductMention(cell.start, cell.end, cell.product, Polarity.NEUTRAL)
        within = replace(unit, start=cell.start, end=cell.end)
        now = "users_now" in cell.tags and not (cell.tags - {"users_now", "users"})
        counts = [] if "plan" in cell.tags else find_quantities(scan, cell.start, cell.end, column=True)
        plans = find_plans(scan, cell.start, cell.end) if "plan" in cell.tags else []
        self._take(scan, _Mentions([product], plans, [] if now else counts[:1], []), within)
        if now and counts and isinstance(counts[0].quantity, Users):
            place = scan.evidence(counts[0].start, counts[0].end)
            self._open[0].from_users = Extracted(counts[0].quantity.count, (place,))

    def _pair(self, scan: Scan, unit: Unit, asked: Asked | None) -> None:
        if unit.tags & _NOT_LINES and not unit.tags & {"product", "plan", "users"}:
            if unit.tags & {"customer", "reseller"} and wants_products(scan, unit):
                self._sentence(scan, unit, asked)
            return
        if any(unit.value_start <= e.start < unit.end for e in scan.emails) and not unit.tags & {"product", "plan"}:
            return  # "The person there: Jo Day, jo@..": a person, whatever "person" counts elsewhere
        start, end = unit.value_start, unit.end
        label_products = find_products(scan, (unit.start, start), in_list=True)
        products = find_products(scan, (start, end), in_list=True) or label_products
        plans = find_plans(scan, start, end)
        column = bool(unit.tags & {"users", "users_now"}) or bool(label_products)
        quantities = find_quantities(scan, start, end, column=column and not unit.tags & {"product"})
        if "users" in unit.tags and not quantities:
            quantities = find_quantities(scan, unit.start, end)
        if "users_now" in unit.tags and not any(q.from_users for q in quantities):
            self._now(scan, quantities)
            return
        if "product" in unit.tags and not products and scan.text[start:end].strip() and not quantities and not plans:
            known = scan.within(
                start,
                end,
                "kinds.renewal",
                "kinds.upgrade",
                "kinds.cloud",
                "cues.unchanged",
                "kinds.new_site",
                "kinds.data_center",
                "kinds.server",
                "labels.product",
                "cues.attached",
            )
            if not known and not sens_between(scan, start, end):
                products = [ProductMention(start, end, "", Polarity.NEUTRAL)]
        self._take(scan, _Mentions(products, plans, quantities, sens_between(scan, start, end)), unit, asked)

    def _sentence(self, scan: Scan, unit: Unit, asked: Asked | None) -> None:
        bounds = (unit.start, unit.end)
        products = find_products(scan, bounds, in_list=False)
        asks = scan.within(*bounds, "cues.want", "counters.users")
        names = scan.within(*bounds, "product")
        labels = scan.within(*bounds, "labels.phone")
        labels = [h for h in labels if not any(n.start <= h.start and h.end <= n.end for n in names)]  # "Service Desk"
        spoken = labels and any(c.isdecimal() for c in scan.text[unit.start : unit.end])  # "the desk one is later"
        phone = spoken or _PHONE.search(scan.text, *bounds)
        if products and not asks and phone:
            return  # "Tel. .. | Jira, Confluence, Bitbucket": what a signature boasts of
        sens = sens_between(scan, *bounds)
        postal = not products and asked is None and scan.within(*bounds, "labels.billing_address", "labels.address")
        quantities = [] if postal else find_quantities(scan, *bounds)
        short = unit.end - unit.start <= 40
        if not products and not quantities and not sens and short and asked is not None:
            quantities = bare_number(scan, (unit.start, unit.end))
        plans = find_plans(scan, *bounds)
        near = products or quantities or sens or asked or short or scan.within(*bounds, "labels.plan", "labels.product")
        if not near:
            plans = []
        if not (products or quantities or plans or sens):
            return
        self._take(scan, _Mentions(products, plans, quantities, sens), unit, asked)

    def _now(self, scan: Scan, quantities: Sequence[QuantityMention]) -> None:
        for draft in self._open or [self.floating]:
            for q in quantities[:1]:
                if isinstance(q.quantity, Users):
                    draft.from_users = Extracted(q.quantity.count, (scan.evidence(q.start, q.end),))

    def _take(self, scan: Scan, m: _Mentions, unit: Unit, asked: Asked | None = None) -> None:
        if asked is not None and "users" in asked.tags:  # "They have 45 people" answers how many it should be
            m.quantities = [replace(q, current=False) for q in m.quantities]
        current = [q for q in m.quantities if q.current]
        targets = [q for q in m.quantities if not q.current]
        self._counts += [(q.quantity, scan.evidence(q.start, q.end)) for q in targets if q.counted]
        plans, from_plan = target_plans(scan, (unit.start, unit.end), m.plans)
        if scan.within(unit.start, unit.end, "cues.unchanged") and scan.within(unit.start, unit.end, "kinds.renewal"):
            m.products = [
                replace(p, polarity=Polarity.NEUTRAL) if p.polarity is Polarity.HAVE else p for p in m.products
            ]
        if scan.within(unit.start, unit.end, "cues.same"):  # "the same number of Guard" asks, whatever stands before
            m.products = [replace(p, polarity=Polarity.WANT) for p in m.products]
        self._drop(scan, m, unit)
        if not self._renews and stays(scan, unit, m.products, told=bool(m.quantities or m.plans or m.sens)):
            self._context(scan, [p for p in m.products if p.polarity is not Polarity.NOT])
            return
        targets = self._own_counts(scan, m, unit, targets)
        products = [p for p in m.products if p.polarity is not Polarity.NOT and p.key not in self.dropped]
        if len(products) > 1 and any(p.polarity is not Polarity.HAVE for p in products) and (targets or plans):
            kept = [p for p in products if p.polarity is not Polarity.HAVE]
            self._context(scan, [p for p in products if p.polarity is Polarity.HAVE])
            products = kept
        lacking = [d for d in self.lines if not d.context and d.quantity is None]
        told_now = any(d is self._known(p.key) for d in lacking for p in products)  # "Jira has 50, renew it for 80"
        had = bool(products) and all(p.polarity is Polarity.HAVE for p in products)
        if had and lacking and targets and not told_now:
            self._context(scan, products)
            products = []
        drafts = [self._draft(scan, p) for p in products]
        if drafts and not targets and scan.within(unit.start, unit.end, "cues.same"):
            before = next((d for d in reversed(self.lines) if d.quantity and d not in drafts), None)
            for draft in drafts:
                draft.quantity = draft.quantity or (before.quantity if before else None)
        if not drafts and asked is not None:
            drafts = [self._known(key) or self._add(Draft(product=Extracted(key))) for key in asked.products]
        if not drafts and m.sens and (targets or plans):
            drafts = [self._for_sen(scan, s) for s in m.sens]
        if corrects(scan, products, targets):
            self._fill(scan, targets[:1], [])
            targets = targets[1:]
        anchors = [(p.start, p.end) for p in products] or [(unit.start, unit.start)] * len(drafts)
        if drafts:
            tie_sens(scan, m.sens, drafts)
            latter = scan.within(unit.start, unit.end, "cues.latter")
            last = slice(-1, None) if latter else slice(None)
            bounds = (unit.start, unit.end)
            own = len(targets) == len(drafts)
            counted = countable(scan, bounds, anchors)[last] if len(targets) < len(drafts) else range(len(drafts))[last]
            for draft, q in assign(scan, bounds, [anchors[i] for i in counted], [drafts[i] for i in counted], targets):
                set_quantity(scan, draft, q)
            beside = {i for i, a in enumerate(anchors) for p in plans if is_beside(scan, a, p)}
            for draft, span in assign(scan, bounds, anchors, drafts, plans, own=own):
                i = drafts.index(draft)
                others = any(is_beside(scan, anchors[j], span) for j in beside - {i})
                set_plan(scan, draft, span, shared=others and i not in beside)
            if len(drafts) == 1 and targets:  # "Jira: now 600 users, need 1500" asks for Jira
                drafts[0].context = False
            if not all(d.context for d in drafts) or all(d.context for d in self.lines):
                self._open = drafts
        elif targets or plans:
            self._fill(scan, targets, plans)
        open_ = drafts or self._open or [self.floating]
        if from_plan is not None:
            for draft in open_:
                draft.from_plan = Extracted(from_plan.value, (scan.evidence(from_plan.start, from_plan.end),))
        for q in current[:1]:
            whose = open_
            if products and len(products) == len(open_) > 1:
                whose = [d for d, _ in assign(scan, (unit.start, unit.end), anchors, open_, [q])]
            for draft in whose:
                if isinstance(q.quantity, Users) and draft.from_users is None:
                    draft.from_users = Extracted(q.quantity.count, (scan.evidence(q.start, q.end),))

    def _own_counts(
        self, scan: Scan, m: _Mentions, unit: Unit, targets: Sequence[QuantityMention]
    ) -> list[QuantityMention]:
        """Return the counts of products that are wanted, when several are told with several counts.

        What belongs to a refused product is left out ("Jira for 380, leave Guard at 300"), and a product told as had
        that has a count of its own is wanted ("Guard gets 50 on top of its 100").
        """
        if len(m.products) < 2 or len(targets) < 2:
            return list(targets)
        owners = [Draft() for _ in m.products]
        anchors = [(p.start, p.end) for p in m.products]
        pairs = assign(scan, (unit.start, unit.end), anchors, owners, targets)
        counts: dict[int, list[QuantityMention]] = {}
        for owner, q in pairs:
            counts.setdefault(next(i for i, o in enumerate(owners) if o is owner), []).append(q)
        kept: list[QuantityMention] = []
        for i, p in enumerate(m.products):
            later = [q for q in counts.get(i, ()) if q.start >= p.end and q.counted]
            if p.polarity is Polarity.HAVE and later and len(targets) == len(m.products):
                m.products[i] = replace(p, polarity=Polarity.NEUTRAL)
            if p.polarity is not Polarity.NOT and p.key not in self.dropped:
                kept += [q for q in counts.get(i, ()) if q not in kept]
        return sorted(kept, key=lambda q: q.start)

    def _drop(self, scan: Scan, m: _Mentions, unit: Unit) -> None:
        """Note which products are refused: by a word beside them, by "take it off", by "only Jira"."""
        bounds = (unit.start, unit.end)
        only = m.products[0] if len(m.products) == 1 else None
        if only and only.polarity is Polarity.NOT and any(q.counted and q.start > only.end for q in m.quantities):
            m.products = [replace(only, polarity=Polarity.NEUTRAL)]  # "JSM: some seats went, renew for 10"
        refused = {p.key for p in m.products if p.polarity is Polarity.NOT}
        same = scan.within(*bounds, "cues.unchanged")  # "Jira lassen wir bei 100"
        drops = [
            d for d in scan.within(*bounds, "cues.drop") if not any(d.start < s.end and s.start < d.end for s in same)
        ]
        asks = [
            h
            for h in scan.within(*bounds, "cues.want", "kinds.renewal", "kinds.upgrade")
            if not any(c.start <= h.start and h.end <= c.end for c in drops)
        ]
        if len(m.products) == 1 and drops and not (m.quantities or m.plans or asks):
            refused.add(m.products[0].key)
        chosen = only_these(scan, bounds, m.products)
        if chosen:
            freed = [p.key in chosen and p.polarity is Polarity.NOT for p in m.products]
            m.products = [
                replace(p, polarity=Polarity.NEUTRAL) if f else p for p, f in zip(m.products, freed, strict=True)
            ]
            refused -= chosen
            refused |= {p.key for p in m.products if p.polarity is not Polarity.HAVE} - chosen
        for p in m.products:
            if p.key in refused:
                self.dropped.add(p.key)
            else:
                self.dropped.discard(p.key)

    def _fill(self, scan: Scan, targets: Sequence[QuantityMention], plans: Sequence[Span]) -> None:
        """Give a count or plan without a product to the lines last spoken of."""
        open_ = [d for d in self._open if not d.context] or self._open or [self.floating]
        wanted = [d for d in self.lines if not d.context and (d.product or d.plan or d.app)]
        if not any(d.quantity for d in wanted) and targets:  # said once, after the list (policy section 2)
            open_ = wanted or open_
        for q in targets[:1]:
            lacking = [d for d in open_ if d.quantity is None] or [
                d for d in self.lines if d.quantity is None and not d.context
            ]
            for draft in lacking or (open_ if len(open_) == 1 or q.counted else []):
                set_quantity(scan, draft, q)
        if len(targets) > 1 and len(targets) == len(open_):
            for draft, q in zip(open_, targets, strict=True):
                draft.quantity = None
                set_quantity(scan, draft, q)
        for span in plans[:1]:
            lacking = [d for d in open_ if d.plan is None] or [
                d for d in self.lines if d.plan is None and not d.context
            ]
            for draft in lacking or (open_ if len(open_) == 1 else []):
                set_plan(scan, draft, span)

    def _context(self, scan: Scan, products: Sequence[ProductMention]) -> None:
        for p in products:
            if self._known(p.key) is None:
                draft = self._draft(scan, p)
                draft.context = True

    def _draft(self, scan: Scan, p: ProductMention) -> Draft:
        evidence = (scan.evidence(p.start, p.end),)
        if not p.key:
            app = bool(scan.within(p.start, p.end, "app"))
            return self._add(Draft(unknown=Extracted(scan.text[p.start : p.end].strip(), evidence), app=app))
        known = self._known(p.key)
        context = p.polarity is Polarity.HAVE
        if known is None:
            return self._add(Draft(product=Extracted(p.key, evidence), context=context))
        known.context = known.context and context
        return known

    def _for_sen(self, scan: Scan, sen: Span) -> Draft:
        found = next((d for d in self.lines if d.sen and d.sen.value == sen.value), None)
        return found or self._add(Draft(sen=Extracted(sen.value, (scan.evidence(sen.start, sen.end),))))

    def _known(self, key: str) -> Draft | None:
        return next((d for d in self.lines if d.product and d.product.value == key), None)

    def _add(self, draft: Draft) -> Draft:
        self.lines.append(draft)
        return draft


def _as_asked(p: ProductMention) -> ProductMention:
    """In "renew what they have" the thing had is the thing asked for."""
    return replace(p, polarity=Polarity.NEUTRAL) if p.polarity is Polarity.HAVE else p
