/**
 * Owns what a person would stumble over in a form that a browser shows: texts that are cut, fields that stick out or lie upon each other,
 * examples that do not fit. Refuses to judge words, and to scroll or touch anything.
 */
import type { Page } from 'playwright-core';

/** Runs in the page. Sizes are in CSS pixels; one is forgiven for rounding. */
const LOOK = `(selector) => {
	const root = document.querySelector(selector);
	if (root === null) return ['There is nothing at ' + selector + '.'];
	const found = new Set();
	const frame = root.getBoundingClientRect();
	const isSeen = (element) => element.checkVisibility({ checkVisibilityCSS: true }) && element.getBoundingClientRect().width > 1;
	const textOf = (text) => JSON.stringify(text.trim().replace(/\\s+/g, ' ').slice(0, 80));
	const canvas = document.createElement('canvas').getContext('2d');
	const widthOf = (text, element) => {
		const { font, letterSpacing } = getComputedStyle(element);
		canvas.font = font;
		return canvas.measureText(text).width + (parseFloat(letterSpacing) || 0) * text.length;
	};
	const roomIn = (element) => {
		const { paddingLeft, paddingRight } = getComputedStyle(element);
		const arrows = element.type === 'number' ? 18 : 0;
		return element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrows;
	};

	const clippersOf = (element) => {
		const clippers = [];
		for (let above = element; above !== null && root.contains(above); above = above.parentElement) {
			const { overflowX, overflowY } = getComputedStyle(above);
			if (overflowX !== 'visible' || overflowY !== 'visible') clippers.push({ above, isFixed: overflowY === 'hidden' || overflowY === 'clip' });
		}
		return clippers;
	};
	const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const { currentNode: text } = texts;
		const parent = text.parentElement;
		if (text.data.trim() === '' || !isSeen(parent) || parent.closest('select, option, script, style, svg')) continue;
		const range = document.createRange();
		range.selectNodeContents(text);
		const box = range.getBoundingClientRect();
		if (box.width < 1) continue;
		if (box.right > frame.right + 1 || box.left < frame.left - 1) found.add('sticks out: ' + textOf(text.data));
		for (const { above, isFixed } of clippersOf(parent)) {
			const clip = above.getBoundingClientRect();
			if (box.right > clip.right + 1 || (isFixed && (box.bottom > clip.bottom + 3 || box.top < clip.top - 3))) found.add('is cut: ' + textOf(text.data));
		}
	}
	for (const element of root.querySelectorAll('input, textarea, select, button, a, label')) {
		if (!isSeen(element)) continue;
		const box = element.getBoundingClientRect();
		if (box.right > frame.right + 1 || box.left < frame.left - 1) found.add('sticks out: ' + element.tagName + ' ' + textOf(element.id || element.textContent));
	}
	for (const field of root.querySelectorAll('input[placeholder]')) {
		if (isSeen(field) && widthOf(field.placeholder, field) > roomIn(field) + 1) found.add('example is cut: ' + textOf(field.placeholder));
	}
	for (const field of root.querySelectorAll('input:not([type]), input[type=text], input[type=number]')) {
		if (isSeen(field) && field.closest('[data-key=baseUrl], [data-key=path]') === null && widthOf(field.value, field) > roomIn(field) + 1)
			found.add('value is cut: ' + textOf(field.value));
	}
	for (const list of root.querySelectorAll('select')) {
		if (!isSeen(list)) continue;
		for (const option of list.options) if (widthOf(option.text, list) > roomIn(list) - 14) found.add('choice is cut: ' + textOf(option.text));
	}
	if (root.scrollWidth > root.clientWidth + 1) found.add('the form is wider than its place');
	return [...found];
}`;

/** What is wrong with the form at `selector` as the page shows it, each as a short sentence; none where all is well. */
export function lookAt(page: Page, selector: string): Promise<string[]> {
	return page.evaluate<string[]>(`(${LOOK})(${JSON.stringify(selector)})`);
}
