const MARGIN = 600;

/** A list of any length in the page's own scrolling, of which only what is near the window exists. */
class VirtualList {
  /**
   * @param {HTMLElement} container
   * @param {HTMLElement} cover what stays on top of the list while it scrolls
   * @param {(index: number) => HTMLElement} render
   */
  constructor(container, cover, render) {
    this.container = container;
    this.cover = cover;
    this.render = render;
    /** The distance of every entry, and of the end, from the top of the list. */
    this.offsets = new Float64Array(1);
    /** @type {Map<number, HTMLElement>} */
    this.shown = new Map();
    this.current = -1;
    container.addEventListener("focusin", (event) => this.#remember(/** @type {HTMLElement} */ (event.target)));
    addEventListener("scroll", () => this.paint(), { passive: true });
  }

  get count() {
    return this.offsets.length - 1;
  }

  /**
   * Replaces the entries.
   * @param {number} count
   * @param {(index: number) => number} height in pixels
   */
  show(count, height) {
    this.offsets = new Float64Array(count + 1);
    for (let index = 0; index < count; index += 1) this.offsets[index + 1] = at(this.offsets, index) + height(index);
    this.container.style.height = `${at(this.offsets, count)}px`;
    for (const index of [...this.shown.keys()]) this.#remove(index);
    this.current = -1;
    this.paint();
  }

  /** Brings the elements in accord with where the window stands. */
  paint() {
    const top = -this.container.getBoundingClientRect().top;
    const first = this.#entryAt(top - MARGIN);
    const last = this.count ? this.#entryAt(top + innerHeight + MARGIN) : -1;
    for (const index of [...this.shown.keys()]) if (index < first || index > last) this.#remove(index);
    let cursor = this.container.firstElementChild;
    for (let index = first; index <= last; index += 1) {
      const element = this.shown.get(index) ?? this.#create(index);
      if (element === cursor) cursor = cursor.nextElementSibling;
      else this.container.insertBefore(element, cursor);
    }
  }

  /**
   * Scrolls no further than needed to show the entry.
   * @param {number} index
   */
  reveal(index) {
    const top = this.container.getBoundingClientRect().top;
    const from = top + at(this.offsets, index) - this.cover.getBoundingClientRect().height - 8;
    const to = top + at(this.offsets, index + 1) + 8;
    if (from < 0) scrollBy(0, from);
    else if (to > innerHeight) scrollBy(0, to - innerHeight);
    this.paint();
  }

  /**
   * @param {number} index
   */
  focus(index) {
    if (index < 0 || index >= this.count) return;
    this.reveal(index);
    /** @type {HTMLElement | null | undefined} */ (this.shown.get(index)?.querySelector("a, button"))?.focus({ preventScroll: true });
  }

  /** @param {number} index */
  #create(index) {
    const element = this.render(index);
    element.dataset.index = String(index);
    element.setAttribute("role", "listitem");
    element.setAttribute("aria-setsize", String(this.count));
    element.setAttribute("aria-posinset", String(index + 1));
    element.style.top = `${at(this.offsets, index)}px`;
    this.shown.set(index, element);
    return element;
  }

  /** @param {number} index */
  #remove(index) {
    const element = this.shown.get(index);
    const focused = element?.contains(document.activeElement);
    element?.remove();
    this.shown.delete(index);
    if (focused) this.container.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} target */
  #remember(target) {
    const index = /** @type {HTMLElement | null} */ (target.closest("[data-index]"))?.dataset.index;
    if (index !== undefined) this.current = Number(index);
  }

  /**
   * The entry at a distance from the top; the first or last where there is none.
   * @param {number} distance
   */
  #entryAt(distance) {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (at(this.offsets, middle) <= distance) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
