// Nothing to draw: this component is its style, which is for the whole page.
export default function () {}
