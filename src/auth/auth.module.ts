import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Env } from '../config/env.js';
import { ActiveUserCache } from './sessions/active-user.cache.js';
import { AuthController } from './auth.controller.js';
import { AdminBootstrap } from './users/admin.bootstrap.js';
import { AccessCheck } from './access/access.check.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JWT_TYPE, JwtKeys } from './tokens/jwt.keys.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import { LoginLimiter } from './sessions/login.limiter.js';
import { PasswordService } from './password.service.js';
import { PasswordHasher } from './users/password.hasher.js';
import { SessionStore } from './sessions/session.store.js';
import { Session } from './sessions/session.entity.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { UserAdministration } from './user.administration.js';
import { User } from './users/user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users/users.service.js';
import { VerifiedTokenCache } from './tokens/verified-token.cache.js';

@Module({
  imports: [DiscoveryModule, PassportModule, TypeOrmModule.forFeature([User, Session])],
  controllers: [AuthController, SessionsController, UsersController],
  providers: [
    AccessCheck,
    ActiveUserCache,
    AdminBootstrap,
    JwtStrategy,
    LoginLimiter,
    PasswordService,
    PasswordHasher,
    SessionStore,
    SessionsService,
    UserAdministration,
    UsersService,
    VerifiedTokenCache,
  ],
  // For the global `JwtAuthGuard`.
  exports: [ActiveUserCache, VerifiedTokenCache],
})
export class AuthModule {
  static for(env: Env, secret: string): DynamicModule {
    const keys = new JwtKeys(secret, env.JWT_SECRET_PREVIOUS);
    const jwt = JwtModule.register({
      secret: keys.current.key,
      signOptions: {
        algorithm: JWT_ALGORITHM,
        keyid: keys.current.id,
        header: { alg: JWT_ALGORITHM, typ: JWT_TYPE },
        issuer: JWT_ISSUER,
        audience: JWT_AUDIENCE,
        expiresIn: env.ACCESS_TOKEN_TTL,
      },
    });
    return { module: AuthModule, imports: [jwt], providers: [{ provide: JwtKeys, useValue: keys }] };
  }
}
