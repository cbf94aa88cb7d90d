public import Refusals

/// Why a call about webhooks failed.
public typealias WebhookError = DomainError<WebhookRefusal>

/// A request about webhooks that a rule does not allow.
public enum WebhookRefusal: Refusal, Equatable {
    /// There is no such webhook.
    case notFound
    /// There is no such delivery.
    case deliveryNotFound
    /// There are as many as there may be.
    case tooMany
    /// It is switched off, so nothing is delivered to it.
    case disabled
    /// The address is none to which a webhook may be sent.
    case address(WebhookURL.Fault)

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "webhook_not_found"
        case .deliveryNotFound: "delivery_not_found"
        case .tooMany: "too_many_webhooks"
        case .disabled: "webhook_disabled"
        case .address(.malformed): "malformed"
        case .address(.notSecure): "not_https"
        case .address(.notPublic): "not_public"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "This webhook does not exist any more."
        case .deliveryNotFound: "This delivery does not exist any more."
        case .tooMany: "There are 20 webhooks already. Delete one that is no longer needed."
        case .disabled: "This webhook is paused. Resume it first."
        case .address(.malformed): "Enter an address like https://example.org/hook, without a password and without “#”."
        case .address(.notSecure): "The address must begin with https://."
        case .address(.notPublic): "The address must be on the public internet."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFound, .deliveryNotFound: .notFound
        case .tooMany, .disabled: .conflict
        case .address: .invalid(field: "url")
        }
    }

    /// Throws what an outcome of a function says, unless all is well.
    static func check(_ outcome: String) throws(WebhookRefusal) {
        switch outcome {
        case "created", "changed", "done": break
        case "too_many_webhooks": throw .tooMany
        case "webhook_disabled": throw .disabled
        case "delivery_not_found": throw .deliveryNotFound
        default: throw .notFound
        }
    }
}
