# ruff: noqa: E501 - drawings
"""Things of the kitchen and the tea table. SVG only; ``$body`` is the printed material."""

from __future__ import annotations

KITCHEN: dict[str, str] = {
    "mug": """
<path d="M270 182C336 172 338 280 262 276" fill="none" stroke="$dark" stroke-width="18"/>
<path d="M116 140H278V296Q278 326 248 326H146Q116 326 116 296Z" fill="$body"/>
<ellipse cx="197" cy="140" rx="81" ry="20" fill="$light"/><ellipse cx="197" cy="142" rx="66" ry="13" fill="$dark" opacity=".75"/>
<path d="M128 300Q130 314 148 314H246Q264 314 266 300" $stitch/>
<path d="M176 108C164 94 188 86 176 70M214 108C202 94 226 86 214 70" fill="none" stroke="$light" stroke-width="7" stroke-linecap="round"/>
""",
    "teacup": """
<ellipse cx="200" cy="310" rx="138" ry="20" fill="$dark"/><ellipse cx="200" cy="302" rx="138" ry="20" fill="$light"/>
<ellipse cx="200" cy="302" rx="112" ry="14" fill="$body"/>
<path d="M278 196C346 182 330 268 258 262" fill="none" stroke="$dark" stroke-width="13"/>
<path d="M104 178H296C296 258 258 300 226 300H174C142 300 104 258 104 178Z" fill="$body"/>
<ellipse cx="200" cy="178" rx="96" ry="22" fill="$light"/><ellipse cx="200" cy="181" rx="80" ry="15" fill="$accent"/>
<path d="M116 214C124 256 152 286 176 288H224C248 286 276 256 284 214" $stitch/>
<path d="M182 142C170 128 194 120 182 104M220 142C208 128 232 120 220 104" fill="none" stroke="$light" stroke-width="7" stroke-linecap="round"/>
""",
    "teapot": """
<path d="M288 214C350 150 352 290 276 288" fill="none" stroke="$dark" stroke-width="17"/>
<path d="M130 260C86 256 92 196 56 178L76 160C122 176 116 214 144 222Z" fill="$main"/>
<path d="M200 158C288 158 306 222 292 270C280 314 250 326 200 326C150 326 120 314 108 270C94 222 112 158 200 158Z" fill="$body"/>
<path d="M140 166C150 134 250 134 260 166Z" fill="$dark"/><circle cx="200" cy="132" r="14" fill="$accent"/>
<path d="M120 262C132 302 156 312 200 312C244 312 268 302 280 262" $stitch/>
""",
    "cakestand": """
<path d="M200 74V326" stroke="$dark" stroke-width="9"/><circle cx="200" cy="72" r="14" fill="none" stroke="$dark" stroke-width="7"/>
<path d="M146 134H254Q248 152 200 152Q152 152 146 134Z" fill="$body"/><path d="M116 216H284Q276 238 200 238Q124 238 116 216Z" fill="$body"/>
<path d="M84 300H316Q306 326 200 326Q94 326 84 300Z" fill="$body"/>
<g fill="$light"><ellipse cx="200" cy="134" rx="54" ry="7"/><ellipse cx="200" cy="216" rx="84" ry="9"/><ellipse cx="200" cy="300" rx="116" ry="11"/></g>
<g fill="$accent"><circle cx="172" cy="122" r="12"/><circle cx="228" cy="122" r="12"/><circle cx="148" cy="202" r="14"/><circle cx="252" cy="202" r="14"/>
<circle cx="120" cy="284" r="16"/><circle cx="280" cy="284" r="16"/></g>
<g fill="$main"><path d="M164 206Q178 178 192 206Z"/><path d="M208 206Q222 178 236 206Z"/><path d="M144 288Q162 252 180 288Z"/><path d="M220 288Q238 252 256 288Z"/></g>
""",
    "cupcake": """
<path d="M112 212H288L264 318Q262 326 254 326H146Q138 326 136 318Z" fill="$body"/>
<path d="M112 212H288L264 318Q262 326 254 326H146Q138 326 136 318Z" fill="$dark" opacity=".12"/>
<path d="M98 214C84 180 112 158 132 160C132 126 170 116 186 132C196 98 250 106 250 142C282 134 300 158 288 176C318 186 314 214 300 218
C284 226 110 226 98 214Z" fill="$light"/>
<path d="M120 196C150 206 236 206 280 190M148 164C180 174 224 172 250 156" fill="none" stroke="$shadow" stroke-width="6" stroke-linecap="round"/>
<circle cx="206" cy="104" r="20" fill="$accent"/><path d="M206 86C208 70 220 62 230 60" fill="none" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
<path d="M128 232H272L254 312H146Z" $stitch/>
""",
    "bowl": """
<path d="M76 196H324C324 276 268 314 240 318V326H160V318C132 314 76 276 76 196Z" fill="$body"/>
<ellipse cx="200" cy="196" rx="124" ry="26" fill="$light"/><ellipse cx="200" cy="199" rx="104" ry="18" fill="$dark" opacity=".6"/>
<path d="M92 232C104 274 142 302 166 304H234C258 302 296 274 308 232" $stitch/>
<circle cx="162" cy="186" r="22" fill="$accent"/><circle cx="206" cy="178" r="24" fill="$accent"/><circle cx="246" cy="188" r="20" fill="$accent"/>
<path d="M206 156Q214 142 226 142" stroke="$dark" stroke-width="5" fill="none" stroke-linecap="round"/>
""",
    "plate": """
<circle cx="200" cy="206" r="126" fill="$dark" opacity=".2"/><circle cx="200" cy="200" r="126" fill="$light"/><circle cx="200" cy="200" r="116" fill="$body"/>
<circle cx="200" cy="200" r="78" fill="$light"/><circle cx="200" cy="200" r="68" $stitch_dark/>
<path d="M200 232C164 204 172 174 188 174C196 174 200 182 200 186C200 182 204 174 212 174C228 174 236 204 200 232Z" fill="$accent"/>
""",
    "cutlery": """
<g stroke="$dark" stroke-width="11" stroke-linecap="round" fill="none"><path d="M126 82V130M104 82V124Q104 150 126 150Q148 150 148 124V82"/></g>
<path d="M114 148H138L142 310Q142 326 126 326Q110 326 110 310Z" fill="$body"/>
<ellipse cx="200" cy="122" rx="32" ry="44" fill="$dark"/><ellipse cx="196" cy="116" rx="20" ry="30" fill="$light" opacity=".35"/>
<path d="M190 160H210L216 310Q216 326 200 326Q184 326 184 310Z" fill="$body"/>
<path d="M262 78C304 92 302 156 288 182H262Z" fill="$dark"/><path d="M262 178H288L290 310Q290 326 275 326Q260 326 260 310Z" fill="$body"/>
""",
    "jar": """
<path d="M122 150H278C300 168 304 188 304 206V296Q304 326 274 326H126Q96 326 96 296V206C96 188 100 168 122 150Z" fill="$light" opacity=".8"/>
<path d="M108 216H292V292Q292 314 270 314H130Q108 314 108 292Z" fill="$accent"/>
<path d="M110 158C104 128 118 108 140 104H260C282 108 296 128 290 158Q200 180 110 158Z" fill="$body"/>
<path d="M118 150Q200 170 282 150" stroke="$dark" stroke-width="7" fill="none"/>
<rect x="148" y="222" width="104" height="64" rx="8" fill="$light"/><path d="M164 244H236M176 262H224" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
<rect x="154" y="228" width="92" height="52" rx="5" $stitch_dark/>
""",
    "bottle": """
<path d="M178 78H222V150C222 172 258 178 258 222V304Q258 326 236 326H164Q142 326 142 304V222C142 178 178 172 178 150Z" fill="$main"/>
<path d="M142 222H258V304Q258 326 236 326H164Q142 326 142 304Z" fill="$body"/><rect x="170" y="64" width="60" height="26" rx="8" fill="$dark"/>
<rect x="142" y="232" width="116" height="60" fill="$light"/><path d="M162 254H238M174 270H226" stroke="$dark" stroke-width="5" stroke-linecap="round"/>
<path d="M188 100V148C188 170 158 188 156 214" stroke="$light" stroke-width="6" fill="none" opacity=".6" stroke-linecap="round"/>
""",
    "eggcup": """
<ellipse cx="200" cy="166" rx="62" ry="82" fill="$light"/><path d="M146 128L164 146L182 126L200 146L218 126L236 146L254 128C244 98 226 84 200 84C174 84 156 98 146 128Z" fill="$accent"/>
<path d="M122 192H278C276 250 248 268 226 274V296H252Q262 296 262 310V326H138V310Q138 296 148 296H174V274C152 268 124 250 122 192Z" fill="$body"/>
<path d="M136 206C142 240 164 256 188 262H212C236 256 258 240 264 206" $stitch/>
""",
    "tray": """
<rect x="70" y="168" width="260" height="150" rx="26" fill="$dark"/><rect x="70" y="160" width="260" height="150" rx="26" fill="$body"/>
<rect x="104" y="188" width="192" height="94" rx="14" fill="$light"/><rect x="112" y="196" width="176" height="78" rx="10" $stitch_dark/>
<rect x="70" y="216" width="22" height="40" rx="10" fill="$light"/><rect x="308" y="216" width="22" height="40" rx="10" fill="$light"/>
<path d="M166 206H224V228C224 250 210 260 195 260C180 260 166 250 166 228Z" fill="$accent"/><path d="M224 212C248 210 246 240 220 238" fill="none" stroke="$accent" stroke-width="8"/>
""",
    "apron": """
<path d="M152 118C150 62 250 62 248 118" fill="none" stroke="$dark" stroke-width="9"/>
<path d="M146 112H254L262 180C296 190 304 210 304 210L296 326H104L96 210C96 210 104 190 138 180Z" fill="$body"/>
<path d="M96 212L60 232M304 212L340 232" stroke="$dark" stroke-width="9" stroke-linecap="round"/>
<path d="M142 226H258V274Q258 296 236 296H164Q142 296 142 274Z" fill="$light"/><path d="M150 236H250V272Q250 288 234 288H166Q150 288 150 272Z" $stitch_dark/>
""",
    "towel": """
<rect x="72" y="96" width="256" height="15" rx="7.5" fill="$dark"/><path d="M112 104H288V318H112Z" fill="$body"/>
<path d="M112 262H288V276H112ZM112 286H288V294H112Z" fill="$accent"/><path d="M112 318H288V326H112Z" fill="$light"/>
<path d="M124 116H276V248H124Z" $stitch/>
""",
}
