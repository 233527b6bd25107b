/** A request as clients of SAML 1.1 send it. */

export const soapRequest = (
  artifact: string,
): string => `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header/><soap:Body>
<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_r1" IssueInstant="2026-11-22T12:00:00.000Z">
<samlp:AssertionArtifact>${artifact}</samlp:AssertionArtifact>
</samlp:Request></soap:Body></soap:Envelope>`
