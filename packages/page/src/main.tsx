import { render } from 'preact';
import { App } from './app.tsx';
import { makeTextsVisible } from './ui/visible-text.ts';
import './styles/page.css';

makeTextsVisible();
const root = document.getElementById('page');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
