/// The body of an identity provider's message: a flat form, and the one with a list of addresses.
struct IdentityMessage: Decodable {
    struct Person: Decodable {
        private struct Address: Decodable {
            struct Verification: Decodable {
                let status: String?
            }

            let id: String?
            let text: String
            let verification: Verification?

            enum CodingKeys: String, CodingKey {
                case id, verification
                case text = "email_address"
            }
        }

        let id: String
        let address: String?
        let addressIsVerified: Bool
        let isBlocked: Bool

        enum CodingKeys: String, CodingKey {
            case id, email, blocked, banned, locked
            case emailVerified = "email_verified"
            case addresses = "email_addresses"
            case primary = "primary_email_address_id"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            id = try values.decode(String.self, forKey: .id)
            isBlocked = try [CodingKeys.blocked, .banned, .locked].contains { key in
                try values.decodeIfPresent(Bool.self, forKey: key) ?? false
            }
            let primary = try values.decodeIfPresent(String.self, forKey: .primary)
            let listed = try values.decodeIfPresent([Address].self, forKey: .addresses)?.first { $0.id == primary }
            if let listed {
                address = listed.text
                addressIsVerified = listed.verification?.status == "verified"
            } else {
                address = try values.decodeIfPresent(String.self, forKey: .email)
                addressIsVerified = try values.decodeIfPresent(Bool.self, forKey: .emailVerified) ?? false
            }
        }
    }

    let change: String?
    let person: Person?

    enum CodingKeys: CodingKey {
        case type, data
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let type = try values.decode(String.self, forKey: .type)
        let changes = ["user.created": "created", "user.updated": "updated", "user.deleted": "deleted"]
        change = changes[type]
        person = change == nil ? nil : try values.decode(Person.self, forKey: .data)
    }
}
