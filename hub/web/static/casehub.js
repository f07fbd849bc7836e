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
  // What an answer tells is told to the element that asked. Where news took that away meanwhile nobody would hear it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr } = event.detail;
    let gone = false;
    xhr.addEventListener("readystatechange", () => { if (xhr.readyState === 4) gone = !elt.isConnected; });
    xhr.addEventListener("loadend", () => {
      const told = gone && xhr.getResponseHeader("HX-Trigger");
      if (!told) return;
      for (const [name, detail] of Object.entries(JSON.parse(told))) body.dispatchEvent(new CustomEvent(name, { detail }));
    });
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
  // A browser keeps six connections to a server that speaks HTTP/1.1. So one page of all that are open holds the stream and
  // passes on what it hears; when it goes, the next one takes over. Where locks are missing, the pages that are seen listen.
  const listen = () => {
    const others = new BroadcastChannel("casehub-news");
    const gone = new AbortController();
    let late = false; // whether something may have been missed before this page began to listen
    let release = () => {};
    const hear = ([kind, numbers]) => {
      if (kind === "lost") lose();
      else find();
      if (kind === "changed") tell(numbers);
    };
    const spread = (...news) => { others.postMessage(news); hear(news); };
    const hold = () => new Promise((done) => {
      const stream = new EventSource("/live");
      let away = late;
      stream.addEventListener("open", () => { spread("found"); if (away) spread("changed", null); away = false; });
      stream.addEventListener("error", () => { away = true; spread("lost"); });
      stream.addEventListener("changed", (event) => spread("changed", JSON.parse(event.data)));
      stream.addEventListener("everything", () => spread("changed", null));
      release = () => { stream.close(); done(); };
    });
    const look = () => { release(); if (!document.hidden) hold(); late = true; };
    others.addEventListener("message", (event) => hear(event.data));
    setTimeout(() => { late = true; }, 500);
    if (navigator.locks) navigator.locks.request("casehub-news", { signal: gone.signal }, hold).catch(() => {});
    else { look(); document.addEventListener("visibilitychange", look, { signal: gone.signal }); }
    window.addEventListener("pagehide", () => { release(); gone.abort(); others.close(); }, { once: true });
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted) { listen(); tell(null); } });
  if (document.querySelector(".top")) window.addEventListener("load", listen, { once: true });

  window.casehub = { say, typing };
})();
