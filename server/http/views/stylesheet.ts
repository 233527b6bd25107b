/** The stylesheet of all pages, served as `style.css`. Colours meet WCAG AA in both schemes. */
export const stylesheet = `:root {
  color-scheme: light dark;
  --ground: #eef1f5; --card: #ffffff; --ink: #1c2733; --faint: #51606f; --line: #b8c2cc;
  --accent: #0b5cad; --accent-ink: #ffffff; --alert: #9b1c1c; --alert-ground: #fdecec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161d; --card: #1a232d; --ink: #e8edf2; --faint: #a9b6c3; --line: #475564;
    --accent: #7cb8f5; --accent-ink: #0c1620; --alert: #ffb4ab; --alert-ground: #3c1a1a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%; max-width: 26rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem;
}
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
.small { font-size: .875rem; color: var(--faint); }
a.small { margin-right: 1rem; color: var(--accent); }
.service { margin: 0 0 1.25rem; }
.service p { margin: 0; }
.notice { padding: .75rem 1rem; border-radius: .5rem; color: var(--alert); background: var(--alert-ground); }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
label.choice { display: flex; gap: .5rem; align-items: baseline; font-weight: 400; margin-bottom: 1.25rem; }
input[type="text"], input[type="password"] {
  width: 100%; margin: 0 0 1rem; padding: .625rem .75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--faint); border-radius: .5rem;
}
button, a.button {
  display: inline-block; padding: .625rem 1.25rem; font: inherit; font-weight: 600; text-decoration: none;
  color: var(--accent-ink); background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer;
}
form button { width: 100%; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`
