// One case's page: nothing typed is lost, whoever looks is told, and what changes changes in its place.
(() => {
  "use strict";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const page = () => find(".case");
  const box = () => find("textarea[data-draft]");
  const csrf = () => document.body.dataset.csrf;

  // The draft goes to the server every few seconds, when the box is left, and when the page goes.
  let kept = null, trying = 0;
  const state = (name) => {
    const line = find("#draft-state");
    if (line && line.textContent !== (line.dataset[name] || "")) line.textContent = line.dataset[name] || "";
  };
  const keep = (leaving = false) => {
    const area = box();
    if (!area || kept === null || area.value === kept) return Promise.resolve();
    const text = area.value, form = new FormData();
    form.set("csrf", csrf());
    form.set("text", text);
    return fetch(area.dataset.draft, { method: "POST", body: form, keepalive: leaving && text.length < 30000, headers: { "X-CSRF-Token": csrf() } })
      .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); kept = text; state(text.trim() ? "kept" : ""); })
      .catch(() => state("failed"));
  };
  const fill = (text) => {
    const area = box();
    if (!area) return;
    area.value = text;
    htmx.trigger(area, "casehub:check");
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("textarea[data-draft]")) return;
    clearTimeout(trying);
    trying = setTimeout(keep, 1500);
  });
  document.addEventListener("focusout", (event) => { if (event.target.matches("textarea[data-draft]")) keep(); });
  setInterval(() => keep(), 4000);
  const leave = () => {
    keep(true);
    if (!page()?.dataset.writes) return;
    const form = new FormData();
    form.set("csrf", csrf());
    form.set("leaves", "1");
    navigator.sendBeacon?.(`${page().dataset.address}/looking`, form);
  };
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(true); });

  // Files: chosen, dropped or pasted, named one by one, and taken out again.
  const chosen = [];
  const show = () => {
    const input = find("[data-files]"), list = find("[data-chosen]");
    if (!input || !list) return;
    const carrier = new DataTransfer();
    for (const file of chosen) carrier.items.add(file);
    input.files = carrier.files;
    list.replaceChildren(...chosen.map((file, place) => {
      const line = document.createElement("li"), away = document.createElement("button"), told = document.createElement("input");
      const name = document.createElement("span");
      name.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024))} kB)`;
      away.type = "button";
      away.className = "plain";
      away.textContent = list.dataset.remove;
      away.setAttribute("aria-label", `${list.dataset.remove}: ${file.name}`);
      away.addEventListener("click", () => { chosen.splice(place, 1); show(); });
      told.type = "hidden";
      told.name = "told";
      told.value = `${file.size}:${file.name}`;
      line.append(name, away, told);
      return line;
    }));
    const total = chosen.reduce((sum, file) => sum + file.size, 0);
    if (total > Number(find("#reply-form").dataset.largest)) {
      const line = document.createElement("li");
      line.className = "bad";
      line.setAttribute("role", "alert");
      line.textContent = list.dataset.tooLarge;
      list.append(line);
    }
    if (box()?.value) htmx.trigger(box(), "casehub:check");
  };
  const add = (files) => { chosen.push(...files); show(); };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-files]")) add([...event.target.files].filter((file) => !chosen.includes(file)));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length || !event.target.closest(".compose") || !find("[data-files]")) return;
    event.preventDefault();
    add(files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const compose = event.target.closest?.(".compose");
      if (!compose || !find("[data-files]") || ![...(event.dataTransfer?.types || [])].includes("Files")) return;
      event.preventDefault();
      compose.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop") add([...event.dataTransfer.files]);
    });
  }

  // A template's text goes where the cursor is.
  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]"), copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy);
    if (!insert || !box()) return;
    event.preventDefault();
    const area = box(), text = find(`#${insert.dataset.insert}`).textContent;
    const before = area.value.slice(0, area.selectionStart), after = area.value.slice(area.selectionEnd);
    fill(`${before}${before && !before.endsWith("\n") ? "\n\n" : ""}${text}${after ? `\n${after}` : ""}`);
    insert.closest("details").open = false;
    area.focus();
    keep();
  }, true);

  // After an act: say so, empty its form, close what it was in; after a reply, empty the box.
  let forgetting = 0, undone = false;
  document.body.addEventListener("casehub:acted", (event) => {
    const told = event.detail;
    if (told.said) window.casehub.say(told.said, "good");
    if (told.act === "undo_reply" && find("#reply-form.htmx-request")) undone = true;
    else if (told.act === "reply" && undone) {
      // It was undone before its own answer came back: what stands in the box is still meant.
      undone = false;
      kept = "";
      box()?.focus();
    } else if (told.act === "reply" && box()) {
      clearTimeout(trying);
      chosen.length = 0;
      box().form.reset();
      box().value = "";
      kept = null;
      // A draft that was on its way while the reply was sent may have come after it.
      forgetting = setTimeout(() => { if (!box().value) { kept = " "; keep(); } else kept = ""; }, 700);
      show();
      find("#findings")?.replaceChildren();
      state("");
      box().blur();
    }
    if (told.act === "undo_reply" && box() && !box().value) {
      fetch(box().dataset.draft).then((answer) => answer.text()).then((text) => { kept = text; fill(text); box().focus(); });
    }
    find("#asked")?.replaceChildren();
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    // What is undone becomes the draft again, and is not forgotten.
    if (event.detail.pathInfo?.requestPath.endsWith("/undo")) { clearTimeout(forgetting); if (kept === null) kept = ""; }
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    // The form of the act, be it that in the page or the question that followed it.
    if (!event.detail.successful || event.detail.xhr.status !== 204 || !event.detail.elt.matches?.("form")) return;
    // What becomes of the reply box was decided above: an undone reply stands in it again.
    if (event.detail.elt.id === "reply-form") return;
    for (const form of all("form").filter((one) => one.getAttribute("action") === event.detail.requestConfig.path)) {
      form.reset();
      const around = form.closest(".acts-card details, .offer");
      if (around) around.open = false;
      if (form.contains(document.activeElement)) document.activeElement.blur();
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "asked") {
      const dialog = find("dialog[data-modal]", event.detail.target);
      dialog?.addEventListener("click", (click) => { if (click.target.closest("[data-closes]")) click.preventDefault(); });
      dialog?.addEventListener("close", () => dialog.remove());
      dialog?.showModal();
    }
    if (find("#said[data-asks]") && event.detail.target.id === "said") find("#said").scrollIntoView({ block: "nearest" });
    tick();
  });

  // A piece that comes back as it was is left alone; what was unfolded in it stays so.
  const plain = (text) => text.replace(/name="csrf" value="[^"]*"/g, "");
  const last = new Map();
  const opened = new Map();
  const kinds = ["#conversation", "#clocks", "#side", "#outbox", "#case-head", "#tasks", "#decide", "#acts"];
  const isPiece = (element) => kinds.some((kind) => element?.matches?.(kind));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (!isPiece(target) || xhr.status !== 200) return;
    if (target.matches("[data-calm]") && busy(target)) { target.dataset.stale = "1"; event.detail.shouldSwap = false; return; }
    const text = plain(xhr.responseText);
    if (last.get(requestConfig.path) === text) { event.detail.shouldSwap = false; return; }
    last.set(requestConfig.path, text);
    opened.set(target.id, all("details[open][id]", target).map((one) => one.id));
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.elt.id || event.detail.target?.id;
    for (const one of opened.get(id) || []) { const again = document.getElementById(one); if (again) again.open = true; }
    opened.delete(id);
  });

  // Forms that somebody is busy in are fetched again only when he is not.
  const busy = (piece) => piece.contains(document.activeElement) || all("input, textarea, select", piece).some((field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.value !== field.options[0]?.value;
    return field.value !== field.defaultValue;
  });
  document.addEventListener("focusout", (event) => {
    const piece = event.target.closest("[data-stale]");
    if (piece) setTimeout(() => { if (!busy(piece)) { delete piece.dataset.stale; htmx.trigger(piece, "casehub:calm"); } });
  });
  document.addEventListener("casehub:news", (event) => {
    for (const piece of all("[data-calm]")) {
      if ((!event.detail || event.detail.includes(piece.dataset.calm)) && !busy(piece)) htmx.trigger(piece, "casehub:calm");
    }
    const there = find("#presence"), number = page()?.dataset.case;
    if (there && page().dataset.writes && (!event.detail || event.detail.includes(number))) {
      htmx.ajax("POST", `${page().dataset.address}/looking`, { target: "#presence", swap: "outerHTML" });
    }
  });

  // The undo bar counts down, and goes when its time is over.
  const ends = new WeakMap();
  const tick = () => {
    for (const bar of all("[data-undo]")) {
      if (!ends.has(bar)) ends.set(bar, performance.now() + Number(bar.dataset.undo) * 1000);
      const left = Math.max(0, (ends.get(bar) - performance.now()) / 1000);
      bar.parentElement.querySelector("progress").value = left;
      const words = bar.textContent.replace(/\d+/, String(Math.ceil(left)));
      if (words !== bar.textContent) bar.textContent = words;
      if (!left && !bar.dataset.over) {
        bar.dataset.over = "1";
        htmx.trigger(find("#outbox"), "live");
      }
    }
  };
  setInterval(tick, 250);

  // Keys: Ctrl+Enter sends, g h opens the history, and a panel that opens is ready to be typed in.
  let before = "";
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.matches("textarea[data-draft]")) {
      event.preventDefault();
      event.target.form.requestSubmit(find('button[value="send"]', event.target.form));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || window.casehub.typing() || find("dialog[open]")) return;
    if (before === "g" && event.key === "h") { find('[data-chord="g h"]')?.click(); find("#history")?.scrollIntoView({ block: "nearest" }); }
    if (event.key === "t") find("#templates > summary")?.click();
    before = event.key;
  });
  document.addEventListener("toggle", (event) => {
    const panel = event.target;
    if (panel.open && panel.matches(".acts-card details, .offer, .picker") && panel.contains(document.activeElement)) {
      find("input:not([type=hidden]), textarea, select", panel)?.focus();
    }
  }, true);
  document.addEventListener("click", (event) => {
    // A key that clicks a summary does not focus it, yet what opens shall be typed in.
    const summary = event.target.closest("summary[data-key], #templates > summary");
    if (summary && event.detail === 0) summary.focus();
  });

  window.addEventListener("DOMContentLoaded", () => {
    const area = box();
    kept = area ? area.defaultValue : null;
    if (area?.value) htmx.trigger(area, "casehub:check");
    for (const copy of all("[data-copy]")) copy.hidden = false;
    // The list opens a case at what its key asked for.
    if (location.hash === "#reply") area?.focus();
    if (location.hash === "#note" && find("#act-note")) { find("#act-note").open = true; find("#act-note textarea").focus(); }
    if (!location.hash) {
      // A short conversation is read from the top, with the case's name above it; a long one begins at its newest.
      const newest = find("[data-newest]");
      if (newest && newest.getBoundingClientRect().bottom > window.innerHeight) newest.scrollIntoView({ block: "start" });
    }
    // On a phone the way to the box is shown as long as the box is not.
    const way = find(".to-reply");
    if (way && find("#compose")) new IntersectionObserver(([seen]) => { way.hidden = seen.isIntersecting; }).observe(find("#compose"));
    if (page()?.dataset.writes) htmx.ajax("POST", `${page().dataset.address}/looking`, { target: "#presence", swap: "outerHTML" });
    tick();
  });
})();
