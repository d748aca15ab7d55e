// Keeps the end of a list in sight while whoever reads is there: also when the list, or the room for it, changes.

const NEAR_PX = 120;

// Returns a function that goes to the end, whoever is where.
export function follow(scroll, list) {
  let atEnd = true;
  let top = 0;
  const toEnd = () => {
    atEnd = true;
    scroll.scrollTop = scroll.scrollHeight;
  };
  scroll.addEventListener("scroll", () => {
    const isNear = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
    // Far from the end without having gone up: the list grew since we went there.
    if (isNear || scroll.scrollTop < top) atEnd = isNear;
    top = scroll.scrollTop;
  });
  const watch = new ResizeObserver(() => atEnd && toEnd());
  watch.observe(scroll);
  watch.observe(list);
  return toEnd;
}
