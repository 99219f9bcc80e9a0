// The memory map of one layer. Hovering answers in the browser; a click also tells the server.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".map");
  if (!root) {
    root = block("map");
    parentElement.appendChild(root);
    root.map = new MemoryMap(root);
  }
  root.map.options.onPick = (target) => setTriggerValue("picked", target ?? { kind: null });
  root.map.update(data);
  const observer = new ResizeObserver(() => root.map.fit());
  observer.observe(root);
  root.map.fit();
  return () => observer.disconnect();
}
