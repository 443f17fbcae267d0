//! Words of passkeys: the settings of them, signing in with one, and why a browser made or found none.

words! {
    TITLE = "Passkeys";
    TEXT = "A passkey signs in without a password. Your phone, password manager or security key keeps it and looks that it is you, so it counts as both steps. It works at this address alone.";
    NONE = "No passkey yet";
    NONE_TEXT = "Add one to sign in with your finger, your face or the PIN of your device.";
    NOT_HERE = "This server cannot take passkeys: browsers bind them to an https address with a name. Whoever looks after it can set public_url to one.";
    NOT_IN_BROWSER = "This browser cannot make passkeys here. Open this page over https in a current browser.";
    ADD_TITLE = "Add a passkey";
    ADD_TEXT = "Your browser asks where to keep it.";
    NAME = "Name";
    NAME_HINT = "By which you will know it, such as Phone or Laptop.";
    NAME_MISSING = "Give it a name.";
    NAME_LONG = "A name has at most 100 characters.";
    ADD = "Add a passkey";
    ADDING = "Follow your browser";
    ADDED = "The passkey is added. It signs in from now on";
    PASSKEY = "Passkey";
    CREATED = "Added";
    LAST_USED = "Last used";
    NEVER = "never";
    RENAME = "Rename";
    RENAMED = "Renamed";
    REMOVE = "Remove";
    REMOVE_IT = "Remove it";
    CANCEL = "Cancel";
    REMOVED = "Removed. It signs in no more; you can delete it where it is kept, too";
    FULL = "You have 25 passkeys, which is the most. Remove one to add another.";
    SIGN_IN = "Sign in with a passkey";
    USE = "Use a passkey";
    ASKING = "Follow your browser";
    CANCELLED_MAKING = "No passkey was made. It was cancelled, or your device did not know you. Try again.";
    CANCELLED = "No passkey was used. It was cancelled, or none here is for this server. Try again, or sign in another way.";
    TIMED_OUT = "This took too long. Try again.";
    KNOWN = "This device has a passkey for your account already.";
    ELSEWHERE = "Passkeys of this server belong to its public address. Open it there.";
    UNABLE = "This device cannot keep passkeys, or cannot look who you are. Use another one.";
    BROKEN = "The browser gave no passkey. Try again, or use another browser.";
}

/// That a passkey is of another name of the server.
#[must_use]
pub fn made_for(name: &str) -> String {
    format!("made for {name}")
}

/// How the field is called that a removal asks for.
#[must_use]
pub fn to_remove(name: &str) -> String {
    format!("Type your present password to remove “{name}”.")
}
