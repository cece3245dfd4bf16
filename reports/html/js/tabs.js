let tabSets = 0;

/**
 * Panels of which one is shown at a time, with a tab for each; all of them on paper. One panel alone needs no tabs.
 * @param {string} label what the tabs choose
 * @param {[string, HTMLElement][]} panels each with its tab's words
 * @returns {HTMLElement}
 */
function tabbed(label, panels) {
  tabSets += 1;
  const set = tabSets;
  const tabs = panels.map(([words], index) =>
    make("button", { type: "button", role: "tab", id: `tab-${set}-${index}`, "aria-controls": `panel-${set}-${index}`, click: () => choose(index) }, words),
  );
  const shown = panels.map(([words, content], index) =>
    make(
      "div",
      { role: "tabpanel", id: `panel-${set}-${index}`, "aria-labelledby": `tab-${set}-${index}`, class: "tab-panel" },
      make("h4", { class: "tab-title" }, words),
      content,
    ),
  );
  /**
   * @param {number} chosen
   * @param {boolean} focus
   */
  function choose(chosen, focus = false) {
    tabs.forEach((tab, index) => {
      tab.ariaSelected = String(index === chosen);
      tab.tabIndex = index === chosen ? 0 : -1;
      shown[index]?.classList.toggle("chosen", index === chosen);
    });
    if (focus) tabs[chosen]?.focus();
  }
  const list = make("div", { role: "tablist", "aria-label": label, class: "tabs" }, ...tabs);
  list.addEventListener("keydown", (event) => {
    const present = tabs.findIndex((tab) => tab.ariaSelected === "true");
    const last = tabs.length - 1;
    const wanted = { ArrowRight: present === last ? 0 : present + 1, ArrowLeft: present === 0 ? last : present - 1, Home: 0, End: last }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    choose(wanted, true);
  });
  choose(0);
  return make("div", { class: "tabbed" }, list, ...shown);
}
