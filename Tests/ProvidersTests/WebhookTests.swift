import Foundation
import Testing

@testable import Providers

/// Signatures of webhooks, by vectors that the services' own programs give too.
struct WebhookTests {
    private static let fal = FalProvider(key: "key", baseURL: "https://queue.fal.run")
    private static let replicate = ReplicateProvider(
        token: "t", webhookSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", baseURL: "https://api.replicate.com/v1")
    private static let falKeys = """
        {"keys":[{"kty":"OKP","crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"}]}
        """
    private static let falBody =
        #"{"request_id":"r-1","gateway_request_id":"r-1","status":"OK","payload":{"video":{"url":"http://127.0.0.1/v.mp4"}}}"#
    private static let falSignature =
        "1e60cc21256afd1f2fae918663f423560f36a7a636e60cb9d56abb3f7aa03e8106f6a6fd3653a65f6f6dd5027978373210df605a3a35f912d2206e32c6d15800"

    private func delivery(
        _ body: String, at seconds: Double, keys: String? = nil, _ headers: [String: String]
    ) -> WebhookDelivery {
        WebhookDelivery(
            body: Array(body.utf8), receivedAt: Date(timeIntervalSince1970: seconds), keyDocument: keys
        ) { headers[$0] }
    }

    private func falDelivery(
        body: String = Self.falBody, at seconds: Double = 1_700_000_010, keys: String? = Self.falKeys,
        changing header: String? = nil, to value: String? = nil
    ) -> WebhookDelivery {
        var headers = [
            "X-Fal-Webhook-Request-Id": "r-1", "X-Fal-Webhook-User-Id": "user-1",
            "X-Fal-Webhook-Timestamp": "1700000000",
            "X-Fal-Webhook-Signature": Self.falSignature,
        ]
        if let header { headers[header] = value }
        return delivery(body, at: seconds, keys: keys, headers)
    }

    @Test("GEN-06 fal.ai's signature is checked over ids, time and body")
    func fal() throws {
        #expect(try Self.fal.verify(falDelivery()) == WebhookHint(requestID: "r-1"))
        let other = falDelivery(keys: #"{"keys":[{"kty":"RSA"},{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#)
        #expect(throws: WebhookFault.forged) { try Self.fal.verify(other) }
        #expect(throws: WebhookFault.forged) { try Self.fal.verify(falDelivery(body: Self.falBody + " ")) }
        #expect(throws: WebhookFault.keysUnknown) { try Self.fal.verify(falDelivery(keys: nil)) }
        #expect(throws: WebhookFault.stale) { try Self.fal.verify(falDelivery(at: 1_700_000_301)) }
        #expect(throws: WebhookFault.stale) { try Self.fal.verify(falDelivery(at: 1_699_999_699)) }
        for header in ["Request-Id", "User-Id", "Timestamp", "Signature"] {
            let name = "X-Fal-Webhook-" + header
            #expect(throws: WebhookFault.unsigned(name)) { try Self.fal.verify(falDelivery(changing: name)) }
        }
        #expect(throws: WebhookFault.forged) {
            try Self.fal.verify(falDelivery(changing: "X-Fal-Webhook-User-Id", to: "user-2"))
        }
    }

    @Test("GEN-06 Replicate's signature is that of Standard Webhooks, one of several being enough")
    func replicate() throws {
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        func made(_ signature: String, body: String = #"{"test": 2432232314}"#, at seconds: Double = 1_614_265_330)
            -> WebhookDelivery
        {
            delivery(
                body, at: seconds,
                [
                    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
                    "webhook-signature": signature,
                ])
        }
        #expect(try Self.replicate.verify(made(right)) == WebhookHint(requestID: nil))
        #expect(
            try Self.replicate.verify(made("v1,AAAA v2,\(right.dropFirst(3)) " + right)) == WebhookHint(requestID: nil))
        #expect(throws: WebhookFault.forged) { try Self.replicate.verify(made("v1,AAAA")) }
        #expect(throws: WebhookFault.forged) { try Self.replicate.verify(made("v2,\(right.dropFirst(3))")) }
        #expect(throws: WebhookFault.forged) { try Self.replicate.verify(made(right, body: #"{"test": 2432232315}"#)) }
        #expect(throws: WebhookFault.stale) { try Self.replicate.verify(made(right, at: 1_614_265_631)) }
        let keyless = ReplicateProvider(token: "t", webhookSecret: nil, baseURL: "https://api.replicate.com/v1")
        #expect(throws: WebhookFault.keysUnknown) { try keyless.verify(made(right)) }
    }
}
