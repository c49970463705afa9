// Runs in the page before its own script: what people feel there, measured where they feel it.
(() => {
  const seen = { shift: 0, longest: 0, interactions: new Map() };
  const observe = (type, take, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options });
  observe("layout-shift", (entry) => {
    if (!entry.hadRecentInput) seen.shift += entry.value;
  });
  observe("longtask", (entry) => {
    seen.longest = Math.max(seen.longest, entry.duration);
  });
  observe(
    "event",
    ({ interactionId, duration }) => {
      if (interactionId) seen.interactions.set(interactionId, Math.max(seen.interactions.get(interactionId) ?? 0, duration));
    },
    { durationThreshold: 16 },
  );

  const shown = (selector, text) =>
    [...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text) && one.checkVisibility());
  const painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(0);
      });
    });
  const appears = (selector, text) =>
    new Promise((done) => {
      const look = () => (shown(selector, text) ? done(painted()) : requestAnimationFrame(look));
      look();
    });

  let watched;
  window.feel = {
    seen: () => ({ ...seen, interactions: [...seen.interactions.values()] }),
    /** Milliseconds from the start of the document until something is painted. */
    since_start: (selector, text = "") => appears(selector, text),
    /** From the next input on; `watched` gives the milliseconds until something is painted. */
    watch: (selector, text = "") => {
      watched = new Promise((done) => {
        const began = (event) => {
          removeEventListener("pointerdown", began, true);
          removeEventListener("keydown", began, true);
          appears(selector, text).then((ended) => done(ended - event.timeStamp));
        };
        addEventListener("pointerdown", began, true);
        addEventListener("keydown", began, true);
      });
    },
    watched: () => watched,
    /** Milliseconds of a fixed piece of work, so that machines can be compared. */
    loop: () => {
      const began = performance.now();
      let value = 0;
      for (let n = 0; n < 20_000_000; n++) value = (Math.imul(value, 31) + n) | 0;
      return performance.now() - began + (value === 0 ? 1e-9 : 0);
    },
    /** Scrolls an element further with every frame; gives the number of frames. */
    scroll: (selector, frames, step) =>
      new Promise((done) => {
        const one = document.querySelector(selector);
        let left = frames;
        const next = () => {
          one.scrollTop += step;
          left -= 1;
          if (left) requestAnimationFrame(next);
          else done(frames);
        };
        requestAnimationFrame(next);
      }),
    frames: (() => {
      let count = 0;
      const next = () => {
        count += 1;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
      return () => count;
    })(),
  };
})();
