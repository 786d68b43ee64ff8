# ruff: noqa: E501 - drawings
"""Things for the walls, shelves and hall of a house, and lights. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

HOME: dict[str, str] = {
    "tlight": """
<path d="M200 60V104M132 176C140 128 166 104 200 104C234 104 260 128 268 176" fill="none" stroke="$dark" stroke-width="6"/>
<path d="M116 176H284L268 306Q266 326 244 326H156Q134 326 132 306Z" fill="$body" opacity=".92"/>
<path d="M150 250H250L246 300Q245 312 232 312H168Q155 312 154 300Z" fill="$light"/>
<path d="M200 184C222 214 222 226 214 238Q200 250 186 238C178 226 178 214 200 184Z" fill="#f4b04a"/>
<path d="M200 206C210 222 210 230 206 236Q200 242 194 236C190 230 190 222 200 206Z" fill="#fff1c4"/>
<ellipse cx="200" cy="176" rx="84" ry="14" fill="none" stroke="$light" stroke-width="7"/>
""",
    "candle": """
<path d="M200 62C226 100 224 116 214 130Q200 142 186 130C176 116 174 100 200 62Z" fill="#f4b04a"/><path d="M200 94C212 112 210 120 206 128Q200 132 194 128C190 120 188 112 200 94Z" fill="#fff1c4"/>
<path d="M200 128V152" stroke="$dark" stroke-width="6"/>
<path d="M148 156Q148 146 158 146H242Q252 146 252 156V306H148Z" fill="$body"/><path d="M148 156Q148 146 158 146H242Q252 146 252 156V180C240 204 232 176 220 186C208 200 206 176 192 182C180 206 160 180 148 192Z" fill="$light"/>
<path d="M102 294H298L284 318Q280 326 270 326H130Q120 326 116 318Z" fill="$dark"/><path d="M116 306H284" $stitch/>
""",
    "lantern": """
<circle cx="200" cy="84" r="22" fill="none" stroke="$dark" stroke-width="9"/><path d="M132 158L172 106H228L268 158Z" fill="$main"/>
<path d="M124 156H276V172H124ZM124 300H276V326H124Z" fill="$dark"/><rect x="140" y="172" width="120" height="128" fill="#fdf0c8"/>
<rect x="182" y="232" width="36" height="68" fill="$light"/><path d="M200 190C216 212 214 220 208 228Q200 234 192 228C186 220 184 212 200 190Z" fill="#f4b04a"/>
<path d="M138 172V300M262 172V300M200 172V186" stroke="$dark" stroke-width="10"/><path d="M140 236H178M222 236H260" stroke="$dark" stroke-width="6"/>
<path d="M136 313H264" $stitch/>
""",
    "fairylights": """
<path d="M60 112C120 196 170 92 214 156C260 220 300 120 346 150" fill="none" stroke="$dark" stroke-width="6"/>
<path d="M66 214C130 296 180 198 232 256C272 300 306 236 340 250" fill="none" stroke="$dark" stroke-width="6"/>
<g fill="$main"><path d="M96 144C116 176 108 196 92 196C76 196 74 174 96 144Z"/><path d="M232 172C252 204 244 224 228 224C212 224 210 202 232 172Z"/><path d="M158 246C178 278 170 298 154 298C138 298 136 276 158 246Z"/></g>
<g fill="$accent"><path d="M162 128C182 160 174 180 158 180C142 180 140 158 162 128Z"/><path d="M302 152C322 184 314 204 298 204C282 204 280 182 302 152Z"/><path d="M256 270C276 302 268 322 252 322C236 322 234 300 256 270Z"/></g>
""",
    "cushion": """
<path d="M88 130C150 150 250 150 312 130C330 132 338 142 330 160C314 210 314 256 330 298C338 316 328 326 312 326C250 310 150 310 88 326
C72 326 62 316 70 298C86 256 86 210 70 160C62 142 70 132 88 130Z" fill="$body"/>
<path d="M104 152C156 166 244 166 296 152C304 152 308 158 306 166C294 210 294 250 306 290C308 300 304 306 296 304C244 292 156 292 104 304C96 306 92 300 94 290
C106 250 106 210 94 166C92 158 96 152 104 152Z" $stitch/><circle cx="200" cy="228" r="15" fill="$accent"/><circle cx="200" cy="228" r="6" fill="$dark"/>
""",
    "clock": """
<path d="M140 112A32 32 0 0 1 190 84L152 130ZM260 112A32 32 0 0 0 210 84L248 130Z" fill="$dark"/><path d="M146 300L122 326M254 300L278 326" stroke="$dark" stroke-width="15" stroke-linecap="round"/>
<circle cx="200" cy="218" r="108" fill="$body"/><circle cx="200" cy="218" r="82" fill="$light"/>
<circle cx="200" cy="218" r="70" fill="none" stroke="$dark" stroke-width="6" stroke-dasharray="2 34.65" stroke-linecap="round"/>
<path d="M200 166V218L236 238" fill="none" stroke="$dark" stroke-width="8" stroke-linecap="round" stroke-linejoin="round"/><circle cx="200" cy="218" r="8" fill="$accent"/>
""",
    "frame": """
<path d="M200 66L150 112H250Z" fill="none" stroke="$dark" stroke-width="6"/><rect x="92" y="104" width="216" height="222" rx="8" fill="$body"/>
<rect x="128" y="140" width="144" height="150" fill="$light"/><path d="M128 290V248L168 206L206 248L230 226L272 266V290Z" fill="$accent"/><circle cx="236" cy="178" r="18" fill="#f0b453"/>
<rect x="104" y="116" width="192" height="198" rx="4" $stitch/>
""",
    "mirror": """
<ellipse cx="200" cy="200" rx="108" ry="128" fill="$body"/><ellipse cx="200" cy="200" rx="82" ry="102" fill="#dfeaea"/>
<path d="M150 250L236 128M172 274L262 148" stroke="#ffffff" stroke-width="12" stroke-linecap="round" opacity=".75"/><ellipse cx="200" cy="200" rx="95" ry="115" $stitch/>
<circle cx="200" cy="76" r="16" fill="$accent"/>
""",
    "sign": """
<path d="M124 164L200 78L276 164" fill="none" stroke="$dark" stroke-width="6"/><circle cx="200" cy="78" r="8" fill="$dark"/>
<rect x="72" y="158" width="256" height="146" rx="16" fill="$main"/><rect x="72" y="158" width="256" height="146" rx="16" fill="$body" opacity=".35"/>
<rect x="84" y="170" width="232" height="122" rx="10" $stitch/><path d="M118 206H282M118 232H282M152 258H248" stroke="$light" stroke-width="11" stroke-linecap="round"/>
""",
    "hook": """
<rect x="70" y="128" width="260" height="66" rx="14" fill="$body"/><rect x="80" y="138" width="240" height="46" rx="9" $stitch/>
<g fill="none" stroke="$dark" stroke-width="13" stroke-linecap="round"><path d="M124 194V252C124 292 84 292 84 260M204 194V252C204 292 164 292 164 260M284 194V252C284 292 244 292 244 260"/></g>
<g fill="$accent"><circle cx="124" cy="194" r="15"/><circle cx="204" cy="194" r="15"/><circle cx="284" cy="194" r="15"/></g>
""",
    "doormat": """
<path d="M96 166H304L340 312Q342 326 328 326H72Q58 326 60 312Z" fill="$body"/><path d="M112 184H288L316 308H84Z" $stitch/>
<path d="M134 214H266L282 286H118Z" fill="$light"/><path d="M148 240H252M142 262H258" stroke="$dark" stroke-width="9" stroke-linecap="round"/>
""",
    "cabinet": """
<path d="M116 326V306M284 326V306" stroke="$dark" stroke-width="16"/><rect x="94" y="96" width="212" height="216" rx="10" fill="$main"/>
<g fill="$light"><rect x="108" y="110" width="88" height="56" rx="5"/><rect x="204" y="110" width="88" height="56" rx="5"/><rect x="108" y="176" width="184" height="56" rx="5"/><rect x="108" y="242" width="88" height="56" rx="5"/><rect x="204" y="242" width="88" height="56" rx="5"/></g>
<g fill="$body"><rect x="114" y="116" width="76" height="44" rx="3"/><rect x="210" y="116" width="76" height="44" rx="3"/><rect x="114" y="182" width="172" height="44" rx="3"/><rect x="114" y="248" width="76" height="44" rx="3"/><rect x="210" y="248" width="76" height="44" rx="3"/></g>
<g fill="$accent"><circle cx="152" cy="138" r="9"/><circle cx="248" cy="138" r="9"/><circle cx="200" cy="204" r="9"/><circle cx="152" cy="270" r="9"/><circle cx="248" cy="270" r="9"/></g>
""",
    "hotwater": """
<rect x="174" y="66" width="52" height="54" rx="12" fill="$dark"/><path d="M152 132Q176 126 174 104H226Q224 126 248 132C284 140 294 166 294 190V282Q294 326 250 326H150Q106 326 106 282V190C106 166 116 140 152 132Z" fill="$body"/>
<path d="M160 148Q200 138 240 148C268 154 278 172 278 192V278Q278 310 246 310H154Q122 310 122 278V192C122 172 132 154 160 148Z" $stitch/>
<path d="M200 268C152 232 164 194 184 194C194 194 200 202 200 208C200 202 206 194 216 194C236 194 248 232 200 268Z" fill="$light"/>
""",
    "umbrella": """
<path d="M200 190V290C200 322 244 322 244 292" fill="none" stroke="$dark" stroke-width="12" stroke-linecap="round"/><path d="M200 74V92" stroke="$dark" stroke-width="10" stroke-linecap="round"/>
<path d="M66 222C66 138 126 88 200 88C274 88 334 138 334 222C312 198 288 198 267 222C246 196 222 196 200 222C178 196 154 196 133 222C112 198 88 198 66 222Z" fill="$body"/>
<path d="M200 92C150 130 134 176 133 218M200 92C250 130 266 176 267 218M200 92V218" $stitch/>
""",
    "house": """
<rect x="252" y="116" width="30" height="60" fill="$dark"/><path d="M200 84L332 196H68Z" fill="$dark"/><rect x="96" y="190" width="208" height="136" fill="$body"/>
<path d="M172 326V262Q172 236 200 236Q228 236 228 262V326Z" fill="$accent"/><circle cx="218" cy="286" r="5" fill="$light"/>
<rect x="112" y="216" width="44" height="46" rx="4" fill="#fdf0c8"/><rect x="244" y="216" width="44" height="46" rx="4" fill="#fdf0c8"/><path d="M84 188H316" $stitch/>
<path d="M134 216V262M112 239H156M266 216V262M244 239H288" stroke="$dark" stroke-width="4"/>
""",
    "keys": """
<circle cx="158" cy="148" r="56" fill="none" stroke="$main" stroke-width="22"/><path d="M186 196L258 312M232 270L262 252M246 294L270 280" stroke="$main" stroke-width="20" stroke-linecap="round"/>
<circle cx="158" cy="148" r="56" $stitch/><path d="M158 92V70" stroke="$dark" stroke-width="6"/>
<path d="M262 196C222 166 232 136 248 136C256 136 262 142 262 148C262 142 268 136 276 136C292 136 302 166 262 196Z" fill="$accent"/><path d="M206 130L244 140" stroke="$dark" stroke-width="5"/>
""",
    "chalkboard": """
<path d="M136 326L160 110M264 326L240 110" stroke="$dark" stroke-width="12" stroke-linecap="round"/><rect x="86" y="92" width="228" height="186" rx="10" fill="$body"/>
<rect x="106" y="112" width="188" height="146" rx="4" fill="#34403c"/><path d="M132 148C160 132 170 168 198 150M132 184H262M132 214H228" fill="none" stroke="#f2efe6" stroke-width="7" stroke-linecap="round"/>
<path d="M248 226C226 210 232 194 241 194C245 194 248 198 248 200C248 198 251 194 255 194C264 194 270 210 248 226Z" fill="$accent"/>
""",
}
