# ruff: noqa: E501 - drawings
"""Things for feasts and messages: hearts, bunting, trees, cards. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

OCCASIONS: dict[str, str] = {
    "heart": """
<path d="M200 62C190 90 190 104 200 128C210 104 210 90 200 62Z" fill="none" stroke="$dark" stroke-width="6"/>
<path d="M200 318C44 214 84 120 146 120C178 120 200 144 200 166C200 144 222 120 254 120C316 120 356 214 200 318Z" fill="$body"/>
<path d="M200 294C78 208 104 138 148 138C176 138 190 160 200 186C210 160 224 138 252 138C296 138 322 208 200 294Z" $stitch/><circle cx="200" cy="140" r="12" fill="$accent"/>
""",
    "star": """
<path d="M200 56V88" stroke="$dark" stroke-width="6"/><path d="M200 80L239 160L327 172L263 234L279 322L200 280L121 322L137 234L73 172L161 160Z" fill="$body" stroke="$main" stroke-width="10" stroke-linejoin="round"/>
<path d="M200 112L229 174L296 183L247 230L259 297L200 265L141 297L153 230L104 183L171 174Z" $stitch/><circle cx="200" cy="212" r="14" fill="$accent"/>
""",
    "tree": """
<rect x="182" y="290" width="36" height="36" fill="$dark"/><path d="M200 84L256 158H232L284 226H256L310 298H90L144 226H116L168 158H144Z" fill="$main"/><path d="M200 84L256 158H232L284 226H256L310 298H90L144 226H116L168 158H144Z" fill="$body" opacity=".55"/>
<path d="M156 160Q200 186 246 158M128 230Q200 262 274 228" fill="none" stroke="$light" stroke-width="6" stroke-dasharray="2 12" stroke-linecap="round"/>
<g fill="$accent"><circle cx="176" cy="206" r="11"/><circle cx="228" cy="200" r="11"/><circle cx="152" cy="274" r="11"/><circle cx="206" cy="268" r="11"/><circle cx="256" cy="274" r="11"/></g>
<path d="M200 58L208 76L228 78L213 91L218 110L200 100L182 110L187 91L172 78L192 76Z" fill="#eab04a"/>
""",
    "bauble": """
<path d="M200 48V92" stroke="$dark" stroke-width="5"/><rect x="178" y="92" width="44" height="30" rx="6" fill="$dark"/><circle cx="200" cy="220" r="106" fill="$body"/>
<path d="M96 202Q200 238 304 202V240Q200 276 96 240Z" fill="$accent"/><path d="M100 222Q200 258 300 222" $stitch/><path d="M136 158C150 140 166 132 180 130" fill="none" stroke="$light" stroke-width="10" stroke-linecap="round"/>
""",
    "bunting": """
<path d="M34 112Q200 196 366 112" fill="none" stroke="$dark" stroke-width="8"/>
<path d="M54 122L116 146L72 214Z" fill="$main"/><path d="M130 151L196 154L160 236Z" fill="$body"/><path d="M208 154L272 150L242 234Z" fill="$accent"/><path d="M286 145L346 122L330 212Z" fill="$body"/>
<path d="M34 240Q200 312 366 240" fill="none" stroke="$dark" stroke-width="6" opacity=".5"/>
<path d="M84 262L134 276L104 326Z" fill="$accent"/><path d="M150 280L204 281L176 342Z" fill="$body"/><path d="M220 281L272 275L250 334Z" fill="$main"/><path d="M288 270L332 254L322 318Z" fill="$body"/>
""",
    "garland": """
<g fill="none" stroke-width="17"><ellipse cx="84" cy="130" rx="32" ry="25" stroke="$main" transform="rotate(28 84 130)"/><ellipse cx="128" cy="170" rx="32" ry="25" stroke="$accent" transform="rotate(30 128 170)"/>
<ellipse cx="178" cy="194" rx="32" ry="25" stroke="$main" transform="rotate(10 178 194)"/><ellipse cx="232" cy="192" rx="32" ry="25" stroke="$accent" transform="rotate(-14 232 192)"/>
<ellipse cx="280" cy="166" rx="32" ry="25" stroke="$main" transform="rotate(-32 280 166)"/><ellipse cx="320" cy="126" rx="32" ry="25" stroke="$accent" transform="rotate(-36 320 126)"/></g>
<path d="M200 322C144 284 156 244 178 244C190 244 200 254 200 262C200 254 210 244 222 244C244 244 256 284 200 322Z" fill="$body"/>
""",
    "card": """
<g transform="rotate(-7 200 220)"><rect x="78" y="150" width="212" height="156" rx="8" fill="$dark" opacity=".85"/><path d="M78 156L184 236L290 156" fill="none" stroke="$light" stroke-width="6"/></g>
<g transform="rotate(5 220 210)"><rect x="144" y="92" width="176" height="222" rx="6" fill="$light"/><rect x="158" y="106" width="148" height="194" rx="4" fill="$body"/>
<circle cx="232" cy="202" r="50" fill="$light"/><path d="M232 236C194 208 202 180 218 180C226 180 232 186 232 192C232 186 238 180 246 180C262 180 270 208 232 236Z" fill="$accent"/></g>
""",
    "napkins": """
<path d="M92 286L200 178L308 286L200 326Z" fill="$dark" opacity=".3"/><path d="M84 262L200 146L316 262L200 304Z" fill="$light"/><path d="M92 240L200 132L308 240L200 284Z" fill="$main"/>
<path d="M100 214L200 114L300 214L200 262Z" fill="$body"/><path d="M122 212L200 134L278 212L200 248Z" $stitch/>
""",
    "ribbon": """
<circle cx="172" cy="210" r="112" fill="$dark"/><circle cx="172" cy="210" r="98" fill="$body"/><circle cx="172" cy="210" r="50" fill="$light"/><circle cx="172" cy="210" r="24" fill="$dark"/>
<path d="M172 308C240 312 250 268 300 292C330 308 336 300 350 292V320C330 336 316 334 296 322C260 304 240 334 172 324Z" fill="$main"/><circle cx="172" cy="210" r="76" $stitch/>
""",
    "balloons": """
<path d="M150 234C150 290 190 286 196 326M254 214C254 280 206 280 198 326M206 178C204 250 198 280 198 326" fill="none" stroke="$dark" stroke-width="4"/>
<ellipse cx="142" cy="174" rx="54" ry="64" fill="$accent"/><ellipse cx="262" cy="156" rx="52" ry="62" fill="$body"/><ellipse cx="202" cy="126" rx="54" ry="64" fill="$main"/>
<path d="M178 96C184 86 192 82 200 82M120 144C126 134 134 130 142 130" fill="none" stroke="$light" stroke-width="8" stroke-linecap="round"/><path d="M194 186H210L214 200H190Z" fill="$dark"/>
""",
    "wreath": """
<circle cx="200" cy="200" r="92" fill="none" stroke="$main" stroke-width="46"/><circle cx="200" cy="200" r="92" fill="none" stroke="$dark" stroke-width="46" stroke-dasharray="10 22" opacity=".35"/>
<g fill="$accent"><circle cx="112" cy="176" r="12"/><circle cx="140" cy="126" r="12"/><circle cx="262" cy="128" r="12"/><circle cx="290" cy="182" r="12"/><circle cx="270" cy="258" r="12"/><circle cx="130" cy="258" r="12"/></g>
<path d="M200 288C150 250 122 272 128 304C140 330 184 314 200 288C216 314 260 330 272 304C278 272 250 250 200 288Z" fill="$accent"/><circle cx="200" cy="288" r="13" fill="$dark"/>
""",
}
