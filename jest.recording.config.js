import config from './jest.config.js';

/** Rewrites the stored responses of the service: Postman's examples and the screenshot. */
export default { ...config, globals: { isRecording: true } };
