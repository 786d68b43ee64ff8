# ruff: noqa: E501 - drawings
"""Animals, plants and the garden. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

NATURE: dict[str, str] = {
    "bird": """
<path d="M192 296V326M222 292V326" stroke="$dark" stroke-width="7" stroke-linecap="round"/>
<path d="M74 250C84 200 120 152 176 140C190 104 246 96 268 136C274 150 274 160 272 172C280 252 230 304 178 300C134 298 118 268 74 250Z" fill="$body"/>
<path d="M268 142L316 158L270 168Z" fill="$accent"/><circle cx="240" cy="140" r="8" fill="$dark"/>
<path d="M120 238C148 176 196 186 222 192C218 244 176 270 120 238Z" fill="$light"/><path d="M138 232C160 196 188 200 208 204C202 236 174 250 138 232Z" $stitch_dark/>
""",
    "owl": """
<path d="M112 108C136 128 160 124 200 124C240 124 264 128 288 108C300 170 306 222 292 264C278 308 240 326 200 326C160 326 122 308 108 264C94 222 100 170 112 108Z" fill="$body"/>
<path d="M134 236C134 196 266 196 266 236C266 290 236 310 200 310C164 310 134 290 134 236Z" fill="$light"/>
<path d="M154 244Q166 258 178 244Q190 258 200 244Q212 258 222 244Q234 258 246 244M166 270Q178 284 190 270Q202 284 212 270Q224 284 234 270" fill="none" stroke="$main" stroke-width="6"/>
<circle cx="158" cy="176" r="38" fill="$light"/><circle cx="242" cy="176" r="38" fill="$light"/><circle cx="162" cy="178" r="18" fill="$dark"/><circle cx="238" cy="178" r="18" fill="$dark"/>
<circle cx="168" cy="172" r="6" fill="#fff"/><circle cx="244" cy="172" r="6" fill="#fff"/><path d="M188 194H212L200 220Z" fill="$accent"/>
""",
    "rabbit": """
<path d="M156 188C120 140 122 72 146 70C172 70 182 132 182 176ZM244 188C280 140 278 72 254 70C228 70 218 132 218 176Z" fill="$body"/>
<path d="M154 160C138 126 140 94 148 94C160 94 168 132 168 160ZM246 160C262 126 260 94 252 94C240 94 232 132 232 160Z" fill="$light"/>
<path d="M200 160C262 160 292 200 292 246C292 300 252 326 200 326C148 326 108 300 108 246C108 200 138 160 200 160Z" fill="$body"/>
<ellipse cx="200" cy="274" rx="58" ry="40" fill="$light"/><circle cx="160" cy="226" r="11" fill="$dark"/><circle cx="240" cy="226" r="11" fill="$dark"/>
<path d="M186 254H214L200 270Z" fill="$accent"/><path d="M200 270V284M200 284C188 296 178 290 176 284M200 284C212 296 222 290 224 284" fill="none" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
""",
    "cat": """
<path d="M110 214V110L166 156H234L290 110V214C298 290 258 326 200 326C142 326 102 290 110 214Z" fill="$body"/>
<path d="M124 176V138L146 158ZM276 176V138L254 158Z" fill="$accent"/><ellipse cx="200" cy="270" rx="52" ry="36" fill="$light"/>
<circle cx="158" cy="222" r="12" fill="$dark"/><circle cx="242" cy="222" r="12" fill="$dark"/><path d="M186 250H214L200 266Z" fill="$accent"/>
<path d="M200 266V278M200 278C190 290 180 286 176 280M200 278C210 290 220 286 224 280M142 264L98 258M142 278L100 286M258 264L302 258M258 278L300 286" fill="none" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
""",
    "dog": """
<path d="M126 148C92 148 82 214 98 254C112 268 130 244 136 220ZM274 148C308 148 318 214 302 254C288 268 270 244 264 220Z" fill="$dark"/>
<path d="M200 112C258 112 284 152 280 208C286 290 250 326 200 326C150 326 114 290 120 208C116 152 142 112 200 112Z" fill="$body"/>
<ellipse cx="200" cy="268" rx="54" ry="44" fill="$light"/><circle cx="164" cy="204" r="12" fill="$dark"/><circle cx="236" cy="204" r="12" fill="$dark"/>
<ellipse cx="200" cy="242" rx="20" ry="14" fill="$dark"/><path d="M200 256V272C190 288 172 284 170 274M200 272C210 288 228 284 230 274" fill="none" stroke="$dark" stroke-width="6" stroke-linecap="round"/>
""",
    "flower": """
<path d="M200 212V326M200 290C170 290 150 268 148 246C176 246 196 262 200 290ZM200 306C230 306 250 284 252 262C224 262 204 278 200 306Z" fill="$accent" stroke="$accent" stroke-width="9"/>
<g fill="$body"><circle cx="200" cy="104" r="38"/><circle cx="254" cy="144" r="38"/><circle cx="234" cy="206" r="38"/><circle cx="166" cy="206" r="38"/><circle cx="146" cy="144" r="38"/></g>
<circle cx="200" cy="160" r="40" fill="$light"/><circle cx="200" cy="160" r="28" $stitch_dark/>
""",
    "butterfly": """
<path d="M196 190C160 96 72 86 70 142C70 190 130 208 192 206C140 212 92 238 104 282C118 326 184 296 198 224Z" fill="$body"/>
<path d="M204 190C240 96 328 86 330 142C330 190 270 208 208 206C260 212 308 238 296 282C282 326 216 296 202 224Z" fill="$body"/>
<path d="M186 178C154 116 94 112 92 146C94 176 140 190 184 190M214 178C246 116 306 112 308 146C306 176 260 190 216 190" $stitch/>
<path d="M200 158V284" stroke="$dark" stroke-width="15" stroke-linecap="round"/><path d="M198 154C190 124 176 112 162 108M202 154C210 124 224 112 238 108" fill="none" stroke="$dark" stroke-width="6" stroke-linecap="round"/>
<circle cx="126" cy="264" r="14" fill="$accent"/><circle cx="274" cy="264" r="14" fill="$accent"/>
""",
    "plantpot": """
<path d="M200 222C196 160 160 150 124 150C126 196 160 214 200 222ZM200 222C204 136 240 110 282 112C282 172 246 206 200 222ZM200 222C176 150 186 108 204 76C226 112 226 170 200 222Z" fill="$accent"/>
<path d="M200 222V110M200 222L150 170M200 222L256 146" stroke="$light" stroke-width="4" opacity=".7"/>
<path d="M112 216H288V250H276L262 314Q260 326 248 326H152Q140 326 138 314L124 250H112Z" fill="$body"/><path d="M112 216H288V250H112Z" fill="$dark" opacity=".3"/><path d="M122 233H278" $stitch/>
""",
    "wateringcan": """
<path d="M262 210C330 200 334 296 262 290" fill="none" stroke="$dark" stroke-width="14"/><path d="M130 280L72 172L92 160L150 226Z" fill="$dark"/><path d="M50 178L104 142L110 156L58 190Z" fill="$accent"/>
<path d="M122 196H278V302Q278 326 254 326H146Q122 326 122 302Z" fill="$body"/><path d="M150 196C152 132 248 132 250 196" fill="none" stroke="$dark" stroke-width="13"/>
<path d="M134 212H266V298Q266 314 250 314H150Q134 314 134 298Z" $stitch/>
""",
    "toadstool": """
<path d="M166 226H234C232 270 246 300 254 326H146C154 300 168 270 166 226Z" fill="$light"/><path d="M166 240Q200 258 234 240L236 226H164Z" fill="$shadow"/>
<path d="M68 226C68 144 126 92 200 92C274 92 332 144 332 226Q200 258 68 226Z" fill="$main"/>
<g fill="$light"><circle cx="200" cy="140" r="24"/><circle cx="134" cy="176" r="19"/><circle cx="266" cy="176" r="19"/><circle cx="196" cy="208" r="16"/><circle cx="96" cy="214" r="11"/><circle cx="304" cy="214" r="11"/></g>
<path d="M108 326C104 306 112 296 118 290C122 300 126 310 122 326M282 326C278 306 286 292 294 286C300 300 302 312 298 326" fill="$accent"/>
""",
}
