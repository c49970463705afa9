import { CustomerPage } from "./customer-page";

export default function Account({ id }: { id: string }) {
  return <CustomerPage resource="accounts" id={id} />;
}
