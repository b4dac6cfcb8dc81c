// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A run in which the script, its file's name, a setting and a peer say what no page should believe.

import { reportOf, writeScript } from './report.js';

// Each would end, begin or change something if it were taken for what it looks like.
export const TEXTS = [
  '</script><script>alert(1)</script>',
  '</SCRIPT ><svg onload=alert(2)>',
  '<!--<script>',
  '--> ]]> <![CDATA[',
  '&lt;b&gt; &amp; &#60;i&#62; &nbsp',
  '<img src=x onerror=alert(3)>',
  '"><b onmouseover=alert(4)>',
  "' onfocus=alert(5) '",
  '@DATA@ @SCRIPT@ @STYLE@ ${7*7} {{7*7}} $& $1',
  '__proto__ constructor toString',
  '\u202egnp.exe \u202c \u2066isolated\u2069 \u200f\u05d0\u05d1',
  '\u2028\u2029\ufeff\ufffe',
  'e\u0301\u0301\u0301 \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u{10ffff}',
];
// Those that a script writes by their numbers.
const CONTROLS = Array.from({ length: 31 }, (_, i) => i + 1)
  .concat(0x7f)
  .map((code) => `\\x${code.toString(16).padStart(2, '0')}`)
  .join('');

const quote = (text) => `"${text.replace(/[\\"$]/g, '\\$&')}"`;

export function hostileReport() {
  const lines = [
    `# ${TEXTS[0]} ${TEXTS[5]} ${TEXTS[10]}`,
    '# Where it comes from: <script>alert("source")</script> javascript:alert(6) &lt;',
    `let nasty=${quote(TEXTS[0])}`,
    `listener web port=30000 on-accept=hello`,
    `client phone connect=web message=${quote(TEXTS[5])}`,
    'launch',
    ...TEXTS.map((text) => `print ${quote(text.replace(/[{}]/g, '$&$&'))}`),
    `print "${CONTROLS}"`,
    `print "$nasty"`,
    'wait phone.connected',
    `expect phone.last-answer == ${quote(TEXTS[0])}`,
    `expect phone.last-answer == ${quote(TEXTS[10])}`,
    'after 1s                            # <script>alert("comment")</script>',
  ];

  return reportOf(
    writeScript('<img src=x onerror=alert("name")> & \u202e \'"', `${lines.join('\n')}\n`),
    '--set',
    `nasty=${TEXTS[1]}`,
  );
}
