// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Contrast by WCAG 2 (relative luminance, 1.4.3), of each text in the page against what is behind.

// What the guideline asks of text, and of text that is large: 24 px, or 18.66 px and bold.
export const ENOUGH = 4.5;
export const ENOUGH_IF_LARGE = 3;

// Each text that can be seen and has too little contrast. Runs in the page.
export function faintTexts([enough, enoughIfLarge]) {
  const channel = (value) =>
    (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const over = ([r, g, b, a], [R, G, B]) => [
    r * a + R * (1 - a),
    g * a + G * (1 - a),
    b * a + B * (1 - a),
    1,
  ];
  const painter = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  // Whatever way a colour is written: a canvas knows.
  function parse(colour) {
    painter.clearRect(0, 0, 1, 1);
    painter.fillStyle = colour;
    painter.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }

  function behind(element) {
    const layers = [];
    for (let each = element; each; each = each.parentElement)
      layers.unshift(parse(getComputedStyle(each).backgroundColor));
    const sheet = matchMedia('(prefers-color-scheme: dark)').matches
      ? [18, 18, 18, 1]
      : [255, 255, 255, 1];
    return layers.reduce((below, layer) => over(layer, below), sheet);
  }

  function contrast(element) {
    const ground = behind(element);
    const ink = over(parse(getComputedStyle(element).color), ground);
    const [low, high] = [luminance(ground), luminance(ink)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  const hasText = (element) =>
    [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '',
    );
  const faint = [];
  for (const element of document.body.querySelectorAll('*')) {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    if (
      !hasText(element) ||
      ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName) ||
      !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
      element.matches(':disabled')
    )
      continue;
    const seen = contrast(element);
    if (seen < (large ? enoughIfLarge : enough)) {
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      faint.push(`${name} “${element.textContent.trim().slice(0, 30)}”: ${seen.toFixed(2)}`);
    }
  }
  return [...new Set(faint)];
}
