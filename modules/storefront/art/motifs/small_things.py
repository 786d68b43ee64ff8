# ruff: noqa: E501 - drawings
"""Jewellery, stationery and toys. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

SMALL_THINGS: dict[str, str] = {
    "necklace": """
<path d="M96 84C84 200 148 250 200 252C252 250 316 200 304 84" fill="none" stroke="$dark" stroke-width="6" stroke-dasharray="1 13" stroke-linecap="round"/><path d="M96 84C84 200 148 250 200 252C252 250 316 200 304 84" fill="none" stroke="$dark" stroke-width="3" opacity=".5"/>
<g fill="$main"><circle cx="112" cy="172" r="13"/><circle cx="140" cy="212" r="15"/><circle cx="260" cy="212" r="15"/><circle cx="288" cy="172" r="13"/></g>
<path d="M200 246L244 282L200 338L156 282Z" fill="$body"/><path d="M200 246L244 282H156Z" fill="$light" opacity=".55"/><path d="M200 246V338M156 282H244" stroke="$dark" stroke-width="3" opacity=".5"/>
""",
    "ring": """
<circle cx="200" cy="240" r="82" fill="none" stroke="$dark" stroke-width="20"/><circle cx="200" cy="240" r="82" fill="none" stroke="$main" stroke-width="9"/>
<path d="M146 116L172 84H228L254 116L200 176Z" fill="$body"/><path d="M146 116H254M172 84L200 176L228 84" fill="none" stroke="$light" stroke-width="5"/><path d="M282 92V120M268 106H296M112 150V170M102 160H122" stroke="$light" stroke-width="6" stroke-linecap="round"/>
""",
    "bracelet": """
<ellipse cx="200" cy="216" rx="118" ry="92" fill="none" stroke="$dark" stroke-width="6"/>
<g fill="$body" stroke="$dark" stroke-width="3"><circle cx="82" cy="216" r="23"/><circle cx="102" cy="160" r="23"/><circle cx="150" cy="130" r="23"/><circle cx="250" cy="130" r="23"/><circle cx="298" cy="160" r="23"/><circle cx="318" cy="216" r="23"/><circle cx="298" cy="270" r="23"/><circle cx="250" cy="302" r="23"/><circle cx="150" cy="302" r="23"/><circle cx="102" cy="270" r="23"/></g>
<circle cx="200" cy="122" r="25" fill="$accent"/><path d="M200 346C164 318 172 290 188 290C196 290 200 296 200 302C200 296 204 290 212 290C228 290 236 318 200 346Z" fill="$accent"/>
""",
    "earrings": """
<g fill="none" stroke="$dark" stroke-width="6"><path d="M142 150V112C142 84 112 84 112 108M258 150V112C258 84 228 84 228 108"/></g><g fill="$accent"><circle cx="142" cy="160" r="17"/><circle cx="258" cy="160" r="17"/></g>
<g fill="$body"><path d="M142 178C190 244 184 296 142 296C100 296 94 244 142 178Z"/><path d="M258 178C306 244 300 296 258 296C216 296 210 244 258 178Z"/></g><path d="M142 206C170 252 166 280 142 280C118 280 114 252 142 206ZM258 206C286 252 282 280 258 280C234 280 230 252 258 206Z" $stitch/>
""",
    "notebook": """
<rect x="112" y="98" width="194" height="232" rx="10" fill="$light"/><path d="M104 88H284Q298 88 298 102V304Q298 318 284 318H104Z" fill="$body"/><path d="M104 88H136V318H104Z" fill="$dark"/>
<rect x="162" y="134" width="108" height="62" rx="6" fill="$light"/><path d="M178 156H254M178 174H232" stroke="$dark" stroke-width="5" stroke-linecap="round"/><path d="M254 88V212L266 198L278 212V88Z" fill="$accent"/><path d="M146 100H288V306H146Z" $stitch/>
""",
    "pencils": """
<g><path d="M124 150L144 96L164 150V326H124Z" fill="$main"/><path d="M124 150L144 96L164 150Z" fill="#f0d9b0"/><path d="M137 116L144 96L151 116Z" fill="$dark"/>
<path d="M180 130L200 76L220 130V326H180Z" fill="$body"/><path d="M180 130L200 76L220 130Z" fill="#f0d9b0"/><path d="M193 96L200 76L207 96Z" fill="$main"/>
<path d="M236 160L256 106L276 160V326H236Z" fill="$accent"/><path d="M236 160L256 106L276 160Z" fill="#f0d9b0"/><path d="M249 126L256 106L263 126Z" fill="$dark"/></g>
<path d="M104 236H296V326H104Z" fill="$dark"/><path d="M114 248H286V314H114Z" $stitch/>
""",
    "stickers": """
<rect x="86" y="92" width="228" height="234" rx="12" fill="$light"/><rect x="98" y="104" width="204" height="210" rx="6" $stitch_dark/>
<circle cx="150" cy="158" r="34" fill="$body"/><path d="M248 126L258 148L282 150L264 166L270 190L248 177L226 190L232 166L214 150L238 148Z" fill="$accent"/>
<path d="M150 292C108 262 118 230 136 230C144 230 150 236 150 242C150 236 156 230 164 230C182 230 192 262 150 292Z" fill="$main"/><rect x="216" y="226" width="66" height="66" rx="14" fill="$body"/>
""",
    "plane": """
<path d="M64 214L300 156C332 150 346 170 330 188C318 204 290 214 262 222L110 262Z" fill="$main"/><path d="M64 214L92 150L122 146L136 196Z" fill="$dark"/>
<path d="M174 188L118 106L154 98L254 168ZM190 240L174 326L206 318L280 214Z" fill="$body"/><path d="M260 168C272 150 300 148 308 156Z" fill="$light"/><path d="M110 238L280 196" $stitch/><ellipse cx="336" cy="170" rx="7" ry="44" fill="$accent"/>
""",
    "rocket": """
<path d="M200 58C256 106 262 186 250 264H150C138 186 144 106 200 58Z" fill="$light"/><path d="M200 58C226 80 240 110 247 144H153C160 110 174 80 200 58Z" fill="$main"/>
<path d="M148 196L102 262V300L152 276ZM252 196L298 262V300L248 276Z" fill="$body"/><circle cx="200" cy="190" r="29" fill="$dark"/><circle cx="200" cy="190" r="20" fill="$accent"/>
<path d="M160 264H240L230 284H170Z" fill="$dark"/><path d="M174 284H226C224 314 210 322 200 344C190 322 176 314 174 284Z" fill="#f0a63f"/>
""",
    "babushka": """
<path d="M200 76C252 76 272 118 262 158C300 186 308 232 300 270C292 312 258 326 200 326C142 326 108 312 100 270C92 232 100 186 138 158C128 118 148 76 200 76Z" fill="$body"/>
<circle cx="200" cy="140" r="43" fill="#f7dfca"/><path d="M157 138C160 100 196 100 200 118C204 100 240 100 243 138C232 120 216 122 200 126C184 122 168 120 157 138Z" fill="$dark"/>
<circle cx="184" cy="144" r="5" fill="$dark"/><circle cx="216" cy="144" r="5" fill="$dark"/><path d="M192 162Q200 169 208 162" stroke="$accent" stroke-width="5" fill="none" stroke-linecap="round"/>
<ellipse cx="200" cy="254" rx="58" ry="50" fill="$light"/><g fill="$accent"><circle cx="200" cy="236" r="12"/><circle cx="182" cy="250" r="12"/><circle cx="189" cy="270" r="12"/><circle cx="211" cy="270" r="12"/><circle cx="218" cy="250" r="12"/></g><circle cx="200" cy="255" r="9" fill="$main"/>
""",
    "playingcards": """
<g transform="rotate(-16 200 260)"><rect x="122" y="110" width="140" height="204" rx="14" fill="$dark"/><rect x="130" y="118" width="124" height="188" rx="9" fill="$body"/></g>
<g transform="rotate(8 200 260)"><rect x="142" y="104" width="144" height="210" rx="14" fill="$light"/><path d="M214 246C168 212 180 178 198 178C208 178 214 186 214 192C214 186 220 178 230 178C248 178 260 212 214 246Z" fill="$main"/>
<path d="M164 148C152 138 156 128 160 128C162 128 164 130 164 132C164 130 166 128 168 128C172 128 176 138 164 148Z" fill="$main"/><rect x="150" y="112" width="128" height="194" rx="9" $stitch_dark/></g>
""",
    "spinningtop": """
<path d="M200 70V130" stroke="$dark" stroke-width="15" stroke-linecap="round"/><circle cx="200" cy="74" r="18" fill="$accent"/><path d="M84 190C84 140 146 124 200 124C254 124 316 140 316 190Z" fill="$main"/>
<path d="M84 190H316C300 256 244 280 212 320Q200 334 188 320C156 280 100 256 84 190Z" fill="$body"/><path d="M84 180H316V204H84Z" fill="$light"/><path d="M90 192H310" $stitch_dark/>
""",
    "thread": """
<ellipse cx="170" cy="306" rx="78" ry="20" fill="$dark"/><path d="M112 130H228V300H112Z" fill="$body"/><ellipse cx="170" cy="116" rx="78" ry="20" fill="$dark"/><ellipse cx="170" cy="110" rx="78" ry="20" fill="$light"/><ellipse cx="170" cy="110" rx="20" ry="6" fill="$dark"/>
<path d="M112 150L228 166M112 176L228 192M112 202L228 218M112 228L228 244M112 254L228 270M112 278L228 294" stroke="$light" stroke-width="3" opacity=".6"/>
<path d="M228 280C300 300 260 190 316 130" fill="none" stroke="$main" stroke-width="5"/><path d="M340 76L300 168" stroke="$dark" stroke-width="8" stroke-linecap="round"/><path d="M336 86L331 98" stroke="$light" stroke-width="4" stroke-linecap="round"/>
""",
    "soap": """
<rect x="88" y="206" width="224" height="112" rx="44" fill="$dark" opacity=".35"/><rect x="88" y="196" width="224" height="112" rx="44" fill="$body"/><rect x="112" y="216" width="176" height="72" rx="30" $stitch/>
<g fill="$light" opacity=".9"><circle cx="142" cy="158" r="32"/><circle cx="202" cy="134" r="42"/><circle cx="256" cy="164" r="26"/><circle cx="232" cy="88" r="17"/></g><g fill="none" stroke="$shadow" stroke-width="4"><circle cx="142" cy="158" r="22"/><circle cx="202" cy="134" r="31"/></g>
""",
    "fan": """
<path d="M200 304L62 176C116 84 284 84 338 176Z" fill="$body"/><g stroke="$dark" stroke-width="6"><path d="M200 304L62 176M200 304L104 136M200 304L160 112M200 304L240 112M200 304L296 136M200 304L338 176"/></g>
<path d="M80 176C134 108 266 108 320 176" $stitch/><circle cx="200" cy="304" r="14" fill="$accent"/><path d="M200 318C192 334 208 338 200 352" stroke="$accent" stroke-width="6" fill="none"/>
""",
}
