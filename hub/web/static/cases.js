// The list by keyboard, ticks that outlive an update, and a search that follows what is typed.
(() => {
  "use strict";
  const inbox = document.getElementById("inbox");
  const ticked = new Set();
  let current = sessionStorage.getItem("casehub-current") || "";
  let lastTick = null;

  const rows = () => [...inbox.querySelectorAll(".case")];

  const show = () => {
    for (const row of rows()) {
      const box = row.querySelector("input[name=number]");
      if (box) box.checked = ticked.has(row.dataset.number);
      row.classList.toggle("current", row.dataset.number === current);
    }
    const deeds = document.getElementById("deeds");
    if (!deeds) return;
    deeds.hidden = ticked.size === 0;
    const count = document.getElementById("ticked-count");
    count.textContent = ticked.size === 1 ? count.dataset.one : count.dataset.many.replace("99", ticked.size);
  };

  const stand = (row) => {
    if (!row) return;
    current = row.dataset.number;
    sessionStorage.setItem("casehub-current", current);
    show();
    row.querySelector("a.open").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const move = (by) => {
    const all = rows();
    const place = all.findIndex((row) => row.dataset.number === current);
    stand(all[place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, place + by))]);
  };

  const tick = (number, on) => { if (on) ticked.add(number); else ticked.delete(number); };

  inbox.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=number]");
    if (!box) return;
    const all = rows().map((row) => row.dataset.number);
    const here = all.indexOf(box.value);
    if (event.shiftKey && lastTick !== null && all.includes(lastTick)) {
      const there = all.indexOf(lastTick);
      for (const number of all.slice(Math.min(here, there), Math.max(here, there) + 1)) tick(number, box.checked);
    } else tick(box.value, box.checked);
    lastTick = box.value;
    show();
  });
  inbox.addEventListener("focusin", (event) => {
    const row = event.target.closest(".case");
    if (row && row.dataset.number !== current) { current = row.dataset.number; sessionStorage.setItem("casehub-current", current); show(); }
  });

  const open = (part) => {
    const row = rows().find((one) => one.dataset.number === current);
    if (row) window.location.assign(row.querySelector("a.open").href + part);
  };
  const take = () => {
    const row = rows().find((one) => one.dataset.number === current);
    if (!row || !document.getElementById("deeds")) return;
    ticked.clear();
    ticked.add(row.dataset.number);
    show();
    document.querySelector('#deeds button[value="take"]').click();
  };
  const all = () => {
    const numbers = rows().map((row) => row.dataset.number);
    const every = numbers.every((number) => ticked.has(number));
    for (const number of numbers) tick(number, !every);
    show();
  };
  const acts = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    o: () => open(""), r: () => open("#reply"), n: () => open("#note"), a: take, "*": all,
    x: () => { if (current) { tick(current, !ticked.has(current)); show(); } },
    l: () => window.location.assign("/cases"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || casehub.typing() || document.querySelector("dialog[open]")) return;
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // Nothing is swapped under a pointer that is choosing something, nor while a dialog of the list is open.
  inbox.addEventListener("htmx:beforeRequest", (event) => {
    const busy = event.target === inbox && (inbox.querySelector("dialog[open]") || inbox.contains(document.activeElement) && /^(SELECT|INPUT)$/.test(document.activeElement.tagName) && document.activeElement.type !== "checkbox");
    if (busy) { event.preventDefault(); setTimeout(() => htmx.trigger(inbox, "live"), 3000); }
  });
  let focused = "";
  const same = (path) => new URL(path, location.href).searchParams.toString() === new URL(location.href).searchParams.toString();
  inbox.addEventListener("htmx:beforeSwap", (event) => {
    // News that were asked for before the search went on would bring back the list of before.
    if (event.detail.requestConfig && !same(event.detail.requestConfig.path)) event.detail.shouldSwap = false;
    focused = document.activeElement?.closest?.(".case")?.dataset.number || "";
  });
  inbox.addEventListener("htmx:afterSwap", () => {
    show();
    const row = focused && rows().find((one) => one.dataset.number === focused);
    if (row) row.querySelector("a.open").focus({ preventScroll: true });
  });

  const find = document.getElementById("find");
  let waiting = 0;
  let asked = find.value;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (find.value.trim() === asked) return;
      asked = find.value.trim();
      const address = new URL(window.location.href);
      if (asked) address.searchParams.set("q", asked); else address.searchParams.delete("q");
      address.searchParams.delete("after");
      inbox.setAttribute("hx-get", address.pathname + address.search);
      htmx.process(inbox);
      history.replaceState(null, "", address);
      htmx.ajax("GET", address.pathname + address.search, { target: inbox, swap: "innerHTML" });
    }, 120);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      const first = rows()[0];
      if (first && find.value.trim() === asked) { event.preventDefault(); stand(first); }
    }
  });
  show();
})();
