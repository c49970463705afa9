import { CustomerPage } from "./customer-page";

export default function Contact({ id }: { id: string }) {
  return <CustomerPage resource="contacts" id={id} />;
}
