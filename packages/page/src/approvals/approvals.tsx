import { useRoute } from '../route.ts';
import { ApprovalView } from './approval.tsx';
import { Inbox } from './inbox.tsx';
import './approvals.css';

/** What waits for approval, and one approval (`approvals?id=`). */
export function Approvals() {
  const id = useRoute().params.get('id');
  return id === null ? <Inbox /> : <ApprovalView key={id} id={id} />;
}
