// Wayhome's pages work without this file. With it they follow what happens.
"use strict";
(() => {
  const policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("wayhome", { createHTML: (text) => text })
    : { createHTML: (text) => text };

  // What is shown until the page is left is gone before anybody else sees the screen.
  window.addEventListener("pagehide", () => {
    for (const one of document.querySelectorAll("[data-until-left]")) one.textContent = "";
  });

  // A page that is shown once stands for another in the browser's memory: reloading or coming back leads there.
  const once = document.querySelector("[data-instead]");
  if (once) history.replaceState(null, "", once.dataset.instead);

  // Back and forward never show what was on the screen before.
  window.addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });

  // A form is sent once; the server would answer the second one like the first.
  document.addEventListener("submit", (sent) => {
    const form = sent.target;
    if (form.dataset.sent) { sent.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  // Lists to tick: one box for all of them.
  for (const all of document.querySelectorAll("input[data-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of all.form.querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
    });
  }

  // A list of links is narrowed while somebody types; a group whose heading fits is shown whole.
  const filter = document.querySelector("[data-filter]");
  if (filter) {
    filter.hidden = false;
    const typed = filter.querySelector("input");
    const some = filter.querySelector("[data-some]"), none = filter.querySelector("[data-none]");
    const plain = (text) => text.toLocaleLowerCase().replaceAll("ё", "е");
    const narrow = () => {
      const words = plain(typed.value).split(/\s+/).filter(Boolean);
      let count = 0;
      for (const group of document.querySelectorAll("[data-filtered]")) {
        const head = plain(group.querySelector("h2").textContent);
        let shown = 0;
        for (const row of group.querySelectorAll("li")) {
          const text = `${head} ${plain(row.textContent)}`;
          row.hidden = !words.every((word) => text.includes(word));
          if (!row.hidden) shown += 1;
        }
        group.hidden = !shown;
        count += shown;
      }
      filter.querySelector("[data-count]").textContent = count;
      some.hidden = !words.length || !count;
      none.hidden = count > 0;
    };
    typed.addEventListener("input", narrow);
    narrow();  // what a browser put back into the field counts
  }

  // A file that is too large is told of before it is sent.
  for (const input of document.querySelectorAll("input[data-bytes-max]")) {
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.setCustomValidity(file && file.size > Number(input.dataset.bytesMax) ? input.dataset.tooLarge : "");
      input.reportValidity();
    });
  }

  // Passkeys: a form with data-passkey asks the server what to sign, the browser's key signs it, the form brings it.
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", (sent) => {
      sent.preventDefault();
      sent.stopPropagation();
      shown(form).then((answer) => {
        form.elements.answer.value = JSON.stringify(answer);
        HTMLFormElement.prototype.submit.call(form);
      }).catch(() => {
        form.querySelector("[data-failed]").hidden = false;
      });
    });
  }
  async function shown(form) {
    const headers = { "x-wayhome-token": form.elements._token.value };
    const asked = await fetch(form.dataset.options, { method: "POST", headers });
    if (!asked.ok) throw new Error("no options");
    const options = await asked.json();
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const known of [...(options.allowCredentials || []), ...(options.excludeCredentials || [])]) known.id = bytes(known.id);
    const key = await navigator.credentials[form.dataset.passkey]({ publicKey: options });
    const said = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) said[name] = text(key.response[name]);
    }
    return { id: key.id, rawId: text(key.rawId), type: key.type, response: said };
  }
  function bytes(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  }
  function text(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  // Live pages: main[data-live] names a stream; on a change the page is fetched again and its [data-part]s replaced.
  const main = document.querySelector("main[data-live]");
  if (main && window.EventSource) follow(main);
  function follow(main) {
    let seen = main.dataset.version || null, busy = false, again = false;
    const stream = new EventSource(main.dataset.live);
    stream.addEventListener("changed", (told) => {
      if (seen === null) { seen = told.data; return; }
      if (told.data === seen) return;
      seen = told.data;
      refresh();
    });
    stream.addEventListener("over", () => { stream.close(); location.reload(); });
    window.addEventListener("pagehide", () => stream.close());
    async function refresh() {
      if (busy) { again = true; return; }
      busy = true;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
        if (answer.ok) replace(await answer.text());
      } finally {
        busy = false;
        if (again) { again = false; setTimeout(refresh, 300); }
      }
    }
    // A list that is steady does not move under a pointer or a focus: a bar tells what is new, and brings it when asked.
    const bar = document.querySelector("[data-arrived]");
    const touched = (part) => part.matches(":hover") || part.contains(document.activeElement);
    function hold(part, fresh) {
      const known = new Set([...part.querySelectorAll("[data-row]")].map((row) => row.dataset.row));
      const count = [...fresh.querySelectorAll("[data-row]")].filter((row) => !known.has(row.dataset.row)).length;
      bar.querySelector("[data-count]").textContent = count;
      bar.querySelector("[data-some]").hidden = !count;
      bar.querySelector("[data-none]").hidden = count > 0;
      bar.hidden = false;
      bar.querySelector("button").onclick = () => { put(part, fresh); main.focus(); };
    }
    function put(part, fresh) {
      part.replaceChildren(...document.importNode(fresh, true).childNodes);
      part.className = fresh.className;
      void part.offsetWidth;
      part.classList.add("fresh");
      if (bar) bar.hidden = true;
    }
    function replace(text) {
      const page = new DOMParser().parseFromString(policy.createHTML(text), "text/html");
      for (const part of document.querySelectorAll("[data-part]")) {
        const fresh = page.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
        if (!fresh || part.contains(document.activeElement) && part.querySelector("form")) continue;
        if (part.innerHTML === fresh.innerHTML) continue;
        if (bar && "steady" in part.dataset && touched(part)) { hold(part, fresh); continue; }
        const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
        put(part, fresh);
        if (focused) document.getElementById(focused)?.focus();
      }
      const version = page.querySelector("main[data-live]")?.dataset.version;
      if (version) { main.dataset.version = version; }
    }
  }
})();
