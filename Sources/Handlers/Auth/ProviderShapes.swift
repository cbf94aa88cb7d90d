public import HTTP
public import SignIn

extension SignInService.Provider: Shaped {
    /// A provider, for the sign-in page.
    public static let shape = Shape<SignInService.Provider>("SignInProvider") {
        Field("name", \.name, .string(1...20))
        Field("label", \.label, .string(1...100), "The text of its button.")
        Field(
            "startURL", { AuthRoutes.startPath($0.name) }, .string(1...100), "Where its button leads; accepts `next`.")
    }
}

extension IdentityWebhook.Outcome: JSONRepresentable {}
