/** What `POST /v1/tickets` answers to those who ask for HTML: clients take the address out of the form's action. */
import { html } from './html.ts'

export function createdTicketPage(location: string): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>201 Created</title></head>
<body>
<h1>TGT Created</h1>
<form action="${location}" method="POST">Service: <input type="text" name="service" value=""><br><input type="submit" value="Submit"></form>
</body>
</html>
`.text
}
