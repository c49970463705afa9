/** Loaded beside the page: nothing is told before something was done. */
export { Notifications as default } from "@mantine/notifications";
