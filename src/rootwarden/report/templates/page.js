"use strict";
// Reading needs none of this: it adds filters and copy buttons, and opens what is closed before printing.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  all(".tools").forEach((tools) => { tools.hidden = false; });

  const accounts = document.querySelector("[data-filter=matrix]");
  if (accounts) accounts.addEventListener("input", () => {
    const wanted = accounts.value.trim().toLowerCase();
    all(".matrix tbody tr").forEach((row) => {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
    });
    const more = document.querySelector(".more");
    if (more && wanted) more.open = true;
  });

  const find = document.querySelector("[data-filter=controls]");
  const boxes = all("[data-status]");
  const said = document.querySelector(".tools output");
  const controls = all(".control");
  const words = new Map(controls.map((one) => [one, (one.dataset.search + " " + one.textContent).toLowerCase()]));
  const show = () => {
    const wanted = find.value.trim().toLowerCase();
    const chosen = boxes.filter((box) => box.checked).map((box) => box.dataset.status);
    let count = 0;
    controls.forEach((one) => {
      const statuses = one.dataset.statuses.split(" ");
      const fits = words.get(one).includes(wanted) && statuses.some((status) => chosen.includes(status));
      one.hidden = !fits;
      count += fits ? 1 : 0;
    });
    said.textContent = count === controls.length ? "" : `${count} of ${controls.length} controls shown`;
  };
  if (find) [find, ...boxes].forEach((input) => input.addEventListener("input", show));

  all(".cmd").forEach((box) => {
    const button = document.createElement("button");
    const text = all("code", box).map((line) => line.textContent).join("\n");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(box.querySelector("pre"));
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.prepend(button);
  });

  // A link into something closed opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.hidden = false;
    for (let box = target; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open]):not(.more)");
    closed.forEach((box) => { box.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((box) => { box.open = false; }));
})();
