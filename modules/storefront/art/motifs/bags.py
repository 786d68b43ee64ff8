# ruff: noqa: E501 - drawings
"""Things that hold things: bags, boxes, parcels and baskets. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

BAGS: dict[str, str] = {
    "bag": """
<path d="M148 160C148 62 252 62 252 160" fill="none" stroke="$dark" stroke-width="13" stroke-linecap="round"/>
<path d="M104 144H296L312 316Q313 326 303 326H97Q87 326 88 316Z" fill="$body"/>
<path d="M104 144H296L298 166H102Z" fill="$dark"/>
<path d="M112 180H288L298 312H102Z" $stitch/>
""",
    "lunchbag": """
<path d="M160 120V96Q160 84 172 84H228Q240 84 240 96V120" fill="none" stroke="$dark" stroke-width="12"/>
<path d="M102 118H298V314Q298 326 286 326H114Q102 326 102 314Z" fill="$body"/>
<path d="M102 118H298V186Q200 214 102 186Z" fill="$main"/><path d="M102 118H298V186Q200 214 102 186Z" fill="$dark" opacity=".28"/>
<path d="M112 128H288V178Q200 202 112 178Z" $stitch/><circle cx="200" cy="200" r="12" fill="$light"/>
<circle cx="200" cy="200" r="4.5" fill="$dark"/>
""",
    "lunchbox": """
<path d="M158 150V126Q158 110 174 110H226Q242 110 242 126V150" fill="none" stroke="$dark" stroke-width="13"/>
<rect x="84" y="148" width="232" height="178" rx="26" fill="$body"/>
<path d="M84 214H316" stroke="$dark" stroke-width="7"/><rect x="176" y="198" width="48" height="34" rx="8" fill="$accent"/>
<rect x="96" y="160" width="208" height="154" rx="18" $stitch/>
""",
    "purse": """
<path d="M122 186C122 120 278 120 278 186" fill="none" stroke="$dark" stroke-width="14"/>
<path d="M122 180H278C322 236 316 326 200 326C84 326 78 236 122 180Z" fill="$body"/>
<path d="M118 178H282" stroke="$dark" stroke-width="16" stroke-linecap="round"/>
<circle cx="190" cy="152" r="12" fill="$accent"/><circle cx="212" cy="152" r="12" fill="$accent"/>
<path d="M124 206C96 250 106 310 200 310C294 310 304 250 276 206" $stitch/>
""",
    "basket": """
<path d="M116 196C120 70 280 70 284 196" fill="none" stroke="$dark" stroke-width="13"/>
<path d="M90 192H310L290 314Q288 326 276 326H124Q112 326 110 314Z" fill="$main"/>
<g stroke="$dark" stroke-width="5" opacity=".55"><path d="M98 226H302M103 260H297M109 294H291M140 192L150 326M180 192L184 326
M220 192L216 326M260 192L250 326"/></g><rect x="80" y="180" width="240" height="26" rx="13" fill="$dark"/>
<path d="M128 180C140 128 190 132 196 180Z" fill="$body"/><path d="M190 180C204 140 256 138 264 180Z" fill="$accent"/>
""",
    "box": """
<path d="M96 192H304V314Q304 326 292 326H108Q96 326 96 314Z" fill="$body"/>
<rect x="84" y="148" width="232" height="50" rx="10" fill="$main"/><rect x="84" y="148" width="232" height="50" rx="10" fill="$dark" opacity=".3"/>
<path d="M94 173H306" $stitch/><rect x="168" y="222" width="64" height="42" rx="6" fill="$light"/>
<path d="M180 238H220M180 250H208" stroke="$dark" stroke-width="4" stroke-linecap="round"/>
""",
    "parcel": """
<rect x="92" y="150" width="216" height="176" rx="8" fill="$body"/><path d="M184 150H216V326H184Z" fill="$accent"/>
<path d="M92 222H308V250H92Z" fill="$accent"/>
<path d="M200 150C150 146 128 118 146 100C166 82 196 116 200 150C204 116 234 82 254 100C272 118 250 146 200 150Z" fill="$accent"/>
<path d="M200 150C168 144 152 122 160 114C172 106 194 128 200 150C206 128 228 106 240 114C248 122 232 144 200 150Z" fill="$dark" opacity=".35"/>
<circle cx="200" cy="150" r="12" fill="$dark"/><path d="M190 150V326M210 150V326" $stitch/>
""",
    "tin": """
<path d="M106 162H294V308C294 334 106 334 106 308Z" fill="$body"/><ellipse cx="200" cy="308" rx="94" ry="18" fill="$dark" opacity=".18"/>
<path d="M100 128H300V170C300 194 100 194 100 170Z" fill="$main"/><path d="M100 128H300V170C300 194 100 194 100 170Z" fill="$dark" opacity=".25"/>
<ellipse cx="200" cy="128" rx="100" ry="24" fill="$light"/><ellipse cx="200" cy="128" rx="80" ry="17" fill="$main" opacity=".5"/>
<path d="M112 182C150 196 250 196 288 182" $stitch/>
<ellipse cx="200" cy="254" rx="46" ry="34" fill="$light"/><path d="M178 248H222M184 262H216" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
""",
    "wrap": """
<g transform="rotate(-18 200 220)"><rect x="96" y="112" width="60" height="216" rx="30" fill="$dark"/>
<rect x="96" y="128" width="60" height="190" fill="$body"/><ellipse cx="126" cy="124" rx="30" ry="12" fill="$light"/></g>
<rect x="170" y="102" width="60" height="224" rx="6" fill="$body"/><ellipse cx="200" cy="104" rx="30" ry="12" fill="$light"/>
<ellipse cx="200" cy="104" rx="14" ry="5.5" fill="$dark" opacity=".5"/>
<path d="M170 196H230V222H170Z" fill="$accent"/><path d="M176 209H224" $stitch/>
<g transform="rotate(16 260 230)"><rect x="244" y="120" width="60" height="206" rx="6" fill="$accent"/>
<rect x="244" y="120" width="60" height="206" rx="6" fill="$dark" opacity=".2"/><ellipse cx="274" cy="122" rx="30" ry="12" fill="$light"/></g>
""",
}
