// Leaving at once, drafts that keep themselves, and the end of a session. Pages work without this file: there is a
// button that keeps a draft, and every page says until when somebody is signed in.
"use strict";
(() => {
  const AFTER_MS = 1500, AT_THE_LATEST_MS = 8000, AGAIN_MS = 20000, WARN_S = 180, LEAVE_WITHIN_MS = 700;
  const LOOK_AGAIN_MS = 400, LOOKS_MAX = 10, ON_ITS_WAY = "on-its-way";
  const page = document.documentElement.dataset;
  const forms = [...document.querySelectorAll("form[data-drafts]")].map(kept);

  // -- drafts: a form with data-drafts sends itself to be kept when somebody pauses, and when its page is left ------

  function kept(form) {
    const own = { form, dirty: false, sent: false, busy: null, first: 0, timer: 0 };
    const value = (name) => form.elements.namedItem(name);
    own.id = () => value("command_id").value;
    own.named = () => history.replaceState(null, "", `${form.dataset.page}?draft=${own.id()}`);
    if (form.dataset.kept) { own.named(); sessionStorage.removeItem(ON_ITS_WAY); }  // Back and Reload ask for the draft
    else setTimeout(lookAgain, LOOK_AGAIN_MS, own);
    form.addEventListener("input", () => {
      if (!own.dirty) { own.first = Date.now(); own.named(); }
      own.dirty = true;
      clearTimeout(own.timer);
      const late = Date.now() - own.first > AT_THE_LATEST_MS;
      own.timer = setTimeout(() => own.keep(), late ? 0 : AFTER_MS);
    });
    form.addEventListener("submit", () => {
      own.sent = true;
      clearTimeout(own.timer);
      setTimeout(() => { own.sent = false; }, 4000);
    });
    own.keep = async (leaving) => {
      clearTimeout(own.timer);
      if (!own.dirty || own.sent) return;
      if (own.busy && !leaving) await own.busy;
      own.dirty = false;
      own.busy = send(own, value, leaving).catch(() => trouble(own));
      await own.busy;
      own.busy = null;
    };
    return own;
  }
  // Who comes back at once may be here before the draft that the left page sent is kept: only its number is remembered.
  function lookAgain(own) {
    const [draft, looks] = (sessionStorage.getItem(ON_ITS_WAY) || "").split(" ");
    if (!draft || own.dirty || new URLSearchParams(location.search).get("draft") !== draft) return;
    if (Number(looks) >= LOOKS_MAX) { sessionStorage.removeItem(ON_ITS_WAY); return; }
    sessionStorage.setItem(ON_ITS_WAY, `${draft} ${Number(looks) + 1}`);
    location.reload();
  }
  function leaves() {
    for (const own of forms) if ((own.dirty || own.busy) && !own.sent) sessionStorage.setItem(ON_ITS_WAY, `${own.id()} 0`);
    keepAll(true);
  }
  async function send(own, value, leaving) {
    const body = new URLSearchParams(new FormData(own.form));
    body.set("keep", "1");
    const answer = await fetch(own.form.getAttribute("action"), {
      method: "POST", body, headers: { accept: "application/json" }, redirect: "manual", keepalive: Boolean(leaving),
    });
    if (answer.type === "opaqueredirect") { signedOut(); return; }  // it is kept all the same, for whoever typed it
    if (!answer.ok && answer.status !== 422) { trouble(own); return; }
    const told = await answer.json();
    if (told.draft) {
      value("kept").value = told.kept;
      if (told.draft !== own.id()) { value("command_id").value = told.draft; own.named(); }
    }
    own.form.querySelector("[data-kept-line]").textContent = told.said;
    own.form.querySelector("[data-not-kept]").hidden = answer.ok;
    lasts(told.idle_s, told.end_s);
  }
  function trouble(own) {
    own.dirty = true;
    own.form.querySelector("[data-not-kept]").hidden = false;
    own.timer = setTimeout(() => own.keep(), AGAIN_MS);
  }
  const keepAll = (leaving) => Promise.all(forms.map((own) => own.keep(leaving)));
  window.addEventListener("pagehide", leaves);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepAll(true); });

  // -- leaving: Esc, Esc. In a field with text it asks first; the empty page comes before anything else --------------

  const asking = document.querySelector("dialog.leaving"), door = document.querySelector("form.leave");
  let escaped = 0;
  document.addEventListener("keydown", (key) => {
    if (key.key !== "Escape" || document.querySelector("dialog[open]")) return;
    const now = Date.now(), hurried = now - escaped < 800;
    escaped = hurried ? 0 : now;
    if (!hurried) return;
    if (!asking || !holdsText(document.activeElement)) { leave(); return; }
    key.preventDefault();  // or this very press would close the question again
    asking.showModal();
  });
  function holdsText(field) {
    const typed = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement
      && !["checkbox", "radio", "submit", "button"].includes(field.type);
    return typed && field.value.trim() !== "";
  }
  async function leave() {
    document.title = "";
    document.body.hidden = true;
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    await Promise.race([keepAll(true), new Promise((done) => { setTimeout(done, LEAVE_WITHIN_MS); })]);
    for (const own of forms) own.sent = true;
    if (door) HTMLFormElement.prototype.submit.call(door);
  }
  if (door) door.addEventListener("submit", (sent) => { sent.preventDefault(); leave(); });
  for (const button of document.querySelectorAll("button[data-leave]")) button.addEventListener("click", leave);
  for (const button of document.querySelectorAll("button[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }

  // -- the end of a session: told some minutes before, and put off by whoever is there ------------------------------

  const warning = document.querySelector("dialog.session"), tabs = window.BroadcastChannel && new BroadcastChannel("session");
  let idleAt = 0, endAt = 0;
  function lasts(idle_s, end_s, told) {
    if (!idle_s) return;
    idleAt = Date.now() + idle_s * 1000;
    endAt = Date.now() + end_s * 1000;
    if (warning && warning.open && idle_s > WARN_S) warning.close();
    if (tabs && !told) tabs.postMessage({ idle_s, end_s });
  }
  function signedOut() {
    const named = /^\?draft=[0-9a-f-]{36}$/.test(location.search) ? location.search : "";
    document.body.hidden = true;
    location.replace(`/sign-in?back=${encodeURIComponent(location.pathname + named)}`);
  }
  async function watch() {
    const left_s = (Math.min(idleAt, endAt) - Date.now()) / 1000;
    if (left_s <= 0) { clearInterval(watching); await keepAll(); signedOut(); return; }
    if (left_s > WARN_S || warning.open || document.querySelector("dialog[open]")) return;
    warning.querySelector("[data-idle]").hidden = endAt <= idleAt;
    warning.querySelector("[data-end]").hidden = endAt > idleAt;
    warning.querySelector("[data-stay]").hidden = endAt <= idleAt;
    keepAll().then(() => { if (Math.min(idleAt, endAt) - Date.now() <= WARN_S * 1000) warning.showModal(); });
  }
  let watching = 0;
  if (warning && page.idleS) {
    lasts(Number(page.idleS), Number(page.endS));
    if (tabs) tabs.onmessage = (told) => lasts(told.data.idle_s, told.data.end_s, true);
    watching = setInterval(watch, 2000);
    warning.querySelector("[data-stay]").addEventListener("click", async () => {
      const headers = { "x-wayhome-token": warning.dataset.token };
      const answer = await fetch("/me/stay", { method: "POST", headers, redirect: "manual" }).catch(() => null);
      if (!answer || !answer.ok) { signedOut(); return; }
      const told = await answer.json();
      lasts(told.idle_s, told.end_s);
      warning.close();
    });
  }
})();
