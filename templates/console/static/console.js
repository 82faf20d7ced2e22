// What the pages can do better with a script: light up evidence, keys, a draft that follows the fields, a live queue.
"use strict";
document.documentElement.classList.add("js");

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

// Evidence: a field lights up its words, words light up their fields.
function marksOf(path) {
  return all("mark[data-fields]").filter((mark) => mark.dataset.fields.split(" ").includes(path));
}
function light(field, on, scroll) {
  const marks = marksOf(field.dataset.field);
  marks.forEach((mark) => {
    if (on) { const box = mark.closest("details"); if (box) box.open = true; }
    mark.classList.toggle("lit", on);
  });
  field.classList.toggle("lit", on && marks.length > 0);
  if (on && scroll && marks.length) marks[0].scrollIntoView({ block: "nearest", behavior: "auto" });
}
all("[data-field]").forEach((field) => {
  field.addEventListener("mouseenter", () => light(field, true, false));
  field.addEventListener("mouseleave", () => light(field, false));
  field.addEventListener("focusin", () => light(field, true, true));
  field.addEventListener("focusout", () => light(field, false));
});
all("mark[data-fields]").forEach((mark) => {
  const show = (on) => mark.dataset.fields.split(" ").forEach((path) =>
    all("[data-field]").filter((field) => field.dataset.field === path).forEach((field) => {
      field.classList.toggle("lit", on);
    }));
  mark.addEventListener("mouseenter", () => show(true));
  mark.addEventListener("mouseleave", () => show(false));
  mark.addEventListener("focus", () => show(true));
  mark.addEventListener("blur", () => show(false));
});

// Filters and assignments go by themselves; what closes many asks first.
all("[data-submit]").forEach((element) => element.addEventListener("change", () => element.form.requestSubmit()));
all("[data-confirm]").forEach((button) => button.addEventListener("click", (event) => {
  if (!window.confirm(button.dataset.confirm)) event.preventDefault();
}));
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-open]");
  if (row && !event.target.closest("a, input, button, label") && !String(window.getSelection())) window.location = row.dataset.open;
  all("details.me[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

// The draft follows the fields.
const form = document.querySelector("form[data-preview]");
if (form) {
  let timer = 0, running = null;
  const was = (input) => input.tagName === "SELECT" ? (all("option", input).find((option) => option.defaultSelected) || input.options[0]).value : input.defaultValue;
  form.addEventListener("input", (event) => {
    const field = event.target.closest(".field");
    if (field) field.classList.toggle("changed", event.target.value !== was(event.target));
    form.classList.toggle("dirty", all(".field.changed", form).length > 0);
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, 250);
  });
  async function refresh() {
    if (running) running.abort();
    running = new AbortController();
    const draft = document.getElementById("draft");
    draft.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: running.signal });
      if (answer.ok || answer.status === 422) draft.innerHTML = await answer.text();
      draft.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") draft.removeAttribute("aria-busy");
    }
  }
}

// The queue keeps itself up to date while nobody is choosing in it.
const queue = document.querySelector("form[data-live]");
if (queue) {
  window.setInterval(async () => {
    if (document.hidden || queue.querySelector("input:checked") || queue.contains(document.activeElement)) return;
    const answer = await fetch(queue.dataset.live).catch(() => null);
    if (answer && answer.ok && !answer.redirected) document.getElementById("lines").innerHTML = await answer.text();
  }, 15000);
}

// Who else looks at the case, and whether it has moved on.
const shown = document.querySelector("[data-lookers]");
if (shown) {
  window.setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(shown.dataset.lookers).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const now = await answer.json();
    document.getElementById("lookers").textContent = now.lookers.length ? `· ${shown.dataset.also} ${now.lookers.join(", ")}` : "";
    if (String(now.version) !== shown.dataset.version) {
      const moved = document.getElementById("moved");
      moved.textContent = shown.dataset.moved;
      moved.hidden = false;
    }
  }, 15000);
}

// Keys.
const keys = document.getElementById("keys");
all("[data-help]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => keys.showModal()); });
let before = "";
function step(by) {
  const rows = all("tr[data-open]");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  rows.forEach((row) => row.removeAttribute("aria-selected"));
  next.setAttribute("aria-selected", "true");
  next.querySelector("a").focus();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || (keys && keys.open)) return;
  const key = event.key;
  if (key === "?" && keys) { keys.showModal(); event.preventDefault(); return; }
  if (before === "g" && key === "q") { window.location = "/"; return; }
  before = key;
  if (key === "j" || key === "k") { step(key === "j" ? 1 : -1); event.preventDefault(); return; }
  const target = all(`[data-key="${CSS.escape(key)}"]`).find((element) => element.offsetParent !== null);
  if (!target) return;
  event.preventDefault();
  if (target.dataset.focus) { const first = document.querySelector(target.dataset.focus); if (first) first.focus(); return; }
  if (typing(target)) { target.focus(); return; }
  target.click();
  const act = target.closest("details.act");
  if (act && act.open) { const field = act.querySelector("textarea, input:not([type=hidden])"); if (field) field.focus(); }
});
