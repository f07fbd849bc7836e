// What every page does by itself: forms prove where they come from, keys work, and news arrive without a reload.
(() => {
  "use strict";
  const body = document.body;

  const typing = () => {
    const at = document.activeElement;
    return at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
  };

  const say = (text, kind = "") => {
    const notice = document.createElement("p");
    notice.className = `notice ${kind}`;
    notice.textContent = text;
    document.getElementById("notices").append(notice);
    setTimeout(() => notice.remove(), 8000);
  };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = body.dataset.csrf;
  });
  document.addEventListener("htmx:sendError", () => lose());
  document.addEventListener("htmx:beforeSwap", (event) => {
    // An error lands among the notices: what was being done stays as it was.
    if (event.detail.xhr.status >= 400) event.detail.swapOverride = "beforeend";
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".notice, dialog")?.remove();
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog")?.close();
    for (const open of document.querySelectorAll("details.own[open], details.menu[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm || event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  }, true);

  // One key, one act: whatever carries data-key is focused if it can be typed in, else clicked.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (typing()) document.activeElement.blur();
      for (const open of document.querySelectorAll("details.own[open], details.menu[open]")) open.open = false;
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing() || document.querySelector("dialog[open]")) return;
    // Where several carry a key the last one counts: what was just sent is undone before one goes back to the list.
    const wanted = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].filter((one) => one.offsetParent !== null || one.dataset.opens).pop();
    if (!wanted) return;
    event.preventDefault();
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(wanted.tagName) && wanted.type !== "checkbox") {
      wanted.focus();
      wanted.select?.();
    } else wanted.click();
  });

  // News: [data-live] is any case, [data-live="CH-1042"] that one. What is told is the event "live", which hx-trigger names.
  let lostSince = 0;
  const lose = () => {
    lostSince = lostSince || Date.now();
    setTimeout(() => { if (lostSince && Date.now() - lostSince > 3500) document.getElementById("lost").hidden = false; }, 4000);
  };
  const find = () => { lostSince = 0; document.getElementById("lost").hidden = true; };
  const tell = (numbers) => {
    for (const one of document.querySelectorAll("[data-live]")) {
      const wanted = one.dataset.live;
      if (!wanted || !numbers || numbers.includes(wanted)) htmx.trigger(one, "live", { numbers });
    }
    document.dispatchEvent(new CustomEvent("casehub:news", { detail: numbers }));
  };
  const listen = () => {
    const stream = new EventSource("/live");
    let away = false;
    stream.addEventListener("open", () => { find(); if (away) tell(null); away = false; });
    stream.addEventListener("error", () => { away = true; lose(); });
    stream.addEventListener("changed", (event) => tell(JSON.parse(event.data)));
    stream.addEventListener("everything", () => tell(null));
    window.addEventListener("pagehide", () => stream.close());
    window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  };
  if (document.querySelector(".top")) window.addEventListener("load", listen, { once: true });

  window.casehub = { say, typing };
})();
