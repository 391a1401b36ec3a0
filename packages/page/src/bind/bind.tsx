import { Empty } from '../ui/problem.tsx';

/** The view is being built. */
export function Bind() {
  return (
    <>
      <h1>Bind a role</h1>
      <Empty>Nothing is here yet.</Empty>
    </>
  );
}
