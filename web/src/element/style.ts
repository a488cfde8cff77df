/** The style of what the element adds to the hosted page's content. */

/** Inherited properties of the shop's page are reset: the content was made for the page's own. */
export const STYLE = `:host{display:block}
:host([hidden]){display:none}
.page{text-align:start;text-indent:0;text-transform:none;letter-spacing:normal;word-spacing:normal;white-space:normal}
dialog{inline-size:min(42rem,100%);max-inline-size:100%;max-block-size:100%;padding:0;border:0;border-radius:.5rem;background:var(--ground,Canvas);color:var(--text,CanvasText)}
dialog::backdrop{background:#000a}
button.close{padding:0;position:sticky;inset-block-start:.5rem;float:inline-end;margin-inline-start:.75rem;inline-size:2rem;z-index:1}`;
